// Package entryfile reads and checks YAML files of catalog entries: those that
// the catalog is compiled from, and those that users write (catalog_file).
// README.md in the catalog's folder explains the keys.
package entryfile

import (
	"cmp"
	"slices"

	"github.com/goccy/go-yaml"
)

// File is one YAML file.
type File struct {
	Provider string            `yaml:"provider"`
	Channel  string            `yaml:"channel"`
	Sources  map[string]string `yaml:"sources"`
	Events   []Event           `yaml:"events"`
}

// Event is an entry as it is written.
type Event struct {
	ID                 uint32            `yaml:"id"`
	SymbolicName       string            `yaml:"symbolic_name"`
	SymbolicNameOrigin string            `yaml:"symbolic_name_origin"`
	SymbolicNameSource string            `yaml:"symbolic_name_source"`
	Title              string            `yaml:"title"`
	Message            string            `yaml:"message"`
	Parameters         []Parameters      `yaml:"parameters"`
	ErrorParameter     []string          `yaml:"error_parameter"`
	Severity           string            `yaml:"severity"`
	SeverityReason     string            `yaml:"severity_reason"`
	SeverityWhen       []Case            `yaml:"severity_when"`
	Attack             []string          `yaml:"attack"`
	ECS                ECS               `yaml:"ecs"`
	Values             map[string]string `yaml:"values"`
	Remediation        Remediation       `yaml:"remediation"`
	Sources            []string          `yaml:"sources"`
}

// OnlyNames tells whether the entry describes nothing: it gives the event's
// parameters names, a message, texts for values or ECS fields, and no more.
func (e *Event) OnlyNames() bool {
	return e.SymbolicName == "" && e.Title == "" && e.Severity == "" && e.SeverityReason == "" && len(e.SeverityWhen) == 0 &&
		len(e.Attack) == 0 && len(e.ErrorParameter) == 0 && e.Remediation.IsZero() &&
		len(e.ECS.Category)+len(e.ECS.Type) == 0 && e.ECS.Action == "" && e.ECS.Outcome == ""
}

// Parameters is a list of names by position, for the versions that use it.
type Parameters struct {
	Versions []uint8  `yaml:"versions"`
	Names    []string `yaml:"names"`
}

// Case is a severity for events whose content fits all conditions.
type Case struct {
	If       []Condition `yaml:"if"`
	Severity string      `yaml:"severity"`
	Reason   string      `yaml:"reason"`
}

// Condition compares one parameter. Exactly one of the lists is not empty.
type Condition struct {
	Parameter  string `yaml:"parameter"`
	Is         []any  `yaml:"is"`
	IsNot      []any  `yaml:"is_not"`
	Contains   []any  `yaml:"contains"`
	StartsWith []any  `yaml:"starts_with"`
	EndsWith   []any  `yaml:"ends_with"`
}

// Test is the condition's operator by its key, and the values; "" when there is not exactly one.
func (c *Condition) Test() (operator string, values []any) {
	for _, t := range []struct {
		key    string
		values []any
	}{{"is", c.Is}, {"is_not", c.IsNot}, {"contains", c.Contains}, {"starts_with", c.StartsWith}, {"ends_with", c.EndsWith}} {
		switch {
		case len(t.values) == 0:
		case operator != "":
			return "", nil
		default:
			operator, values = t.key, t.values
		}
	}
	return operator, values
}

// ECS is the event's place in the Elastic Common Schema.
type ECS struct {
	Category []string `yaml:"category"`
	Type     []string `yaml:"type"`
	Action   string   `yaml:"action"`
	Outcome  string   `yaml:"outcome"`
	// Fields stand only in users' files; those of the catalog are in ecs-fields.yaml.
	Fields []Field `yaml:"fields"`
}

// Field says that an ECS field takes its value from a parameter, and how (README.md).
type Field struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
	As   string `yaml:"as"`
}

// Remediation says what to do.
type Remediation struct {
	Summary      string   `yaml:"summary"`
	Cause        string   `yaml:"cause"`
	Steps        []string `yaml:"steps"`
	Verify       string   `yaml:"verify"`
	VerifyEvents []uint32 `yaml:"verify_events"`
	Reference    string   `yaml:"reference"`
	ByError      []Branch `yaml:"by_error"`
}

// IsZero tells whether there is none.
func (r *Remediation) IsZero() bool {
	return r.Summary == "" && r.Cause == "" && len(r.Steps) == 0 && r.Verify == "" && r.Reference == "" && len(r.ByError) == 0
}

// Branch is the remediation for certain error codes.
type Branch struct {
	Name           string   `yaml:"name"`
	Codes          []uint32 `yaml:"codes"`
	Severity       string   `yaml:"severity"`
	SeverityReason string   `yaml:"severity_reason"`
	Summary        string   `yaml:"summary"`
	Cause          string   `yaml:"cause"`
	Steps          []string `yaml:"steps"`
	Verify         string   `yaml:"verify"`
	VerifyEvents   []uint32 `yaml:"verify_events"`
	Reference      string   `yaml:"reference"`
}

// Inherit fills what the branch leaves out from the event's remediation.
func (b Branch) Inherit(from Remediation) Remediation {
	r := Remediation{
		Summary:      cmp.Or(b.Summary, from.Summary),
		Cause:        cmp.Or(b.Cause, from.Cause),
		Verify:       cmp.Or(b.Verify, from.Verify),
		Reference:    cmp.Or(b.Reference, from.Reference),
		Steps:        b.Steps,
		VerifyEvents: b.VerifyEvents,
	}
	if len(r.Steps) == 0 {
		r.Steps = from.Steps
	}
	if len(r.VerifyEvents) == 0 {
		r.VerifyEvents = from.VerifyEvents
	}
	return r
}

// Parse reads a file. Keys that do not exist are errors; errors name line and column.
func Parse(text []byte) (File, error) {
	var f File
	if err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict()); err != nil {
		return File{}, err
	}
	slices.SortStableFunc(f.Events, func(a, b Event) int { return cmp.Compare(a.ID, b.ID) })
	return f, nil
}
