package outputs

// Refusal is why a destination will never take a document, as one of few words:
// the text of an error differs from document to document, this can be counted.
type Refusal uint8

// The reasons of destinations.
const (
	// RefusedOther is none of the following; the error's text says more.
	RefusedOther Refusal = iota
	// RefusedTooLarge is a document above the destination's limit.
	RefusedTooLarge
	// RefusedInvalid breaks a rule of the destination, such as that of a compacted
	// topic that every record has a key.
	RefusedInvalid
	// RefusedMapping does not fit the index's mapping.
	RefusedMapping
	// Refusals is how many there are.
	Refusals = iota
)
