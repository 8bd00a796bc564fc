package enrich

// SchemaVersion is the version of the published schema (docs/schema.json),
// which describes what Fields lists. It goes up when a field changes its
// meaning or type, or goes away; a new field leaves it as it is.
const SchemaVersion = "1"
