package entryfile

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// The longest texts, in characters: the catalog's README.md states them.
const (
	maxTitle   = 100
	maxReason  = 200
	maxSummary = 160
	maxCause   = 500
	maxStep    = 300
	maxSteps   = 8
	maxVerify  = 400
	maxMessage = 2000
)

// Severities are the names of the severities, lowest first.
var Severities = []string{"informational", "low", "medium", "high", "critical"}

// categoryTypes are the pairs of event.category and event.type that ECS 8.11 allows.
var categoryTypes = map[string][]string{
	"authentication":      {"end", "info", "start"},
	"configuration":       {"access", "change", "creation", "deletion", "info"},
	"database":            {"access", "change", "error", "info"},
	"driver":              {"change", "end", "info", "start"},
	"file":                {"access", "change", "creation", "deletion", "info"},
	"host":                {"access", "change", "end", "info", "start"},
	"iam":                 {"admin", "change", "creation", "deletion", "group", "info", "user"},
	"intrusion_detection": {"allowed", "denied", "info"},
	"malware":             {"info"},
	"network":             {"access", "allowed", "connection", "denied", "end", "info", "protocol", "start"},
	"package":             {"access", "change", "deletion", "info", "installation", "start"},
	"process":             {"access", "change", "end", "info", "start"},
	"registry":            {"access", "change", "creation", "deletion"},
	"session":             {"end", "info", "start"},
	"threat":              {"indicator"},
	"vulnerability":       {"info"},
	"web":                 {"access", "error", "info"},
}

var (
	outcomes      = []string{"", "success", "failure", "unknown"}
	actionForm    = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	derivedForm   = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)+$`)
	publishedForm = regexp.MustCompile(`^[A-Za-z][A-Za-z0-9_]+$`)
	nameForm      = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	techniqueForm = regexp.MustCompile(`^T\d{4}(\.\d{3})?$`)
	placeholder   = regexp.MustCompile(`%(\d+)`)
)

// stringMaps are value maps whose keys are texts.
var stringMaps = []string{"sid", "privileges", "sddl", "guids"}

// Facts is what the checks compare a file with.
type Facts interface {
	// Exists tells whether an event exists; "" stands for any provider.
	Exists(provider string, id uint32) bool
	// Parameters returns the lists of names of an event, empty when nobody knows names.
	Parameters(provider string, id uint32) [][]string
	// AuditsFailure tells whether the audit policy writes the event for failures too.
	AuditsFailure(provider string, id uint32) bool
	ValueMap(name string) bool
	ErrorCode(code uint32) bool
}

// Fault is something wrong with an entry.
type Fault struct {
	// Event is the place of the entry in the file's events.
	Event int
	ID    uint32
	// Key is the key at fault, with dots: remediation.steps[2].
	Key string
	// Text says what is wrong.
	Text string
}

func (f Fault) Error() string { return fmt.Sprintf("event %d: %s: %s", f.ID, f.Key, f.Text) }

// Check returns every fault of every entry of a file of the catalog's sources.
func Check(f *File, facts Facts) []Fault { return check(f, facts, false) }

// CheckOwn is Check for a user's file. Users need no sources, may leave out all
// but title and severity, and may speak of events and codes that no table has.
// An entry may also do no more than name an event.
func CheckOwn(f *File, facts Facts) []Fault { return check(f, facts, true) }

func check(f *File, facts Facts, own bool) []Fault {
	var faults []Fault
	seen := map[uint32]bool{}
	for i := range f.Events {
		c := checker{facts: facts, file: f, e: &f.Events[i], place: i, own: own}
		c.entry()
		if seen[c.e.ID] {
			c.fault("id", "stands twice in the file: merge the two")
		}
		seen[c.e.ID] = true
		faults = append(faults, c.faults...)
	}
	return faults
}

// checker collects the faults of one entry.
type checker struct {
	facts  Facts
	file   *File
	e      *Event
	place  int
	own    bool // a user's entry
	lists  [][]string
	faults []Fault
}

func (c *checker) fault(key, format string, args ...any) {
	c.faults = append(c.faults, Fault{c.place, c.e.ID, key, fmt.Sprintf(format, args...)})
}

func (c *checker) entry() {
	e := c.e
	c.lists = c.facts.Parameters(c.file.Provider, e.ID)
	if len(e.Parameters) > 0 {
		c.lists = nil
		for _, p := range e.Parameters {
			c.lists = append(c.lists, p.Names)
		}
	} else if !c.facts.Exists(c.file.Provider, e.ID) {
		c.fault("id", "%s has no such event: correct it, or add parameters or message if the event exists", c.file.Provider)
	}
	if e.Message != "" {
		c.text("message", e.Message, maxMessage)
	}
	c.parameters()
	c.ecs()
	if c.own && e.OnlyNames() {
		return
	}
	c.symbolicName()
	c.text("title", e.Title, maxTitle)
	c.severity()
	for i, technique := range e.Attack {
		if !techniqueForm.MatchString(technique) {
			c.fault(fmt.Sprintf("attack[%d]", i), "%q is no ATT&CK technique: write one such as T1110 or T1110.003", technique)
		}
	}
	c.remediations()
	if !c.own {
		c.sources()
	}
}

func (c *checker) symbolicName() {
	name := c.e.SymbolicName
	switch c.e.SymbolicNameOrigin {
	case "published":
		if !publishedForm.MatchString(name) {
			c.fault("symbolic_name", "%q does not look like a published name: write letters, digits and _", name)
		}
		if !c.own && c.file.Sources[c.e.SymbolicNameSource] == "" {
			c.fault("symbolic_name_source", "a published name needs a source, %q is none of the file's", c.e.SymbolicNameSource)
		}
	case "derived":
		if c.own && !nameForm.MatchString(name) {
			c.fault("symbolic_name", "%q: write letters, digits and _, a letter first", name)
		} else if !c.own && !derivedForm.MatchString(name) {
			c.fault("symbolic_name", "%q: a derived name is lower-case words joined by _", name)
		}
	default:
		c.fault("symbolic_name_origin", "%q is neither published nor derived: write one of them", c.e.SymbolicNameOrigin)
	}
}

func (c *checker) severity() {
	c.oneOfSeverities("severity", c.e.Severity)
	if !c.own || c.e.Severity != "" {
		c.text("severity_reason", c.e.SeverityReason, maxReason)
	}
	for i, when := range c.e.SeverityWhen {
		key := fmt.Sprintf("severity_when[%d]", i)
		c.oneOfSeverities(key+".severity", when.Severity)
		c.text(key+".reason", when.Reason, maxReason)
		if len(when.If) == 0 {
			c.fault(key+".if", "is missing: write at least one condition")
		}
		for j := range when.If {
			condition := fmt.Sprintf("%s.if[%d]", key, j)
			c.parameter(condition, when.If[j].Parameter)
			if operator, _ := when.If[j].Test(); operator == "" {
				c.fault(condition, "needs exactly one of is, is_not, contains, starts_with, ends_with, with a list of values")
			}
		}
	}
}

func (c *checker) oneOfSeverities(key, name string) {
	if name == "" {
		c.fault(key, "is missing: write one of %s", strings.Join(Severities, ", "))
	} else if !slices.Contains(Severities, name) {
		c.fault(key, "%q is none: write one of %s", name, strings.Join(Severities, ", "))
	}
}

func (c *checker) ecs() {
	ecs := c.e.ECS
	if !actionForm.MatchString(ecs.Action) && (!c.own || ecs.Action != "") {
		c.fault("ecs.action", "%q is not lower-case words joined by -", ecs.Action)
	}
	if !slices.Contains(outcomes, ecs.Outcome) {
		c.fault("ecs.outcome", "%q is none: write success, failure or unknown", ecs.Outcome)
	}
	if len(ecs.Fields) > 0 && !c.own {
		c.fault("ecs.fields", "is for users' files: write these rows into ecs-fields.yaml")
	}
	for i, f := range ecs.Fields {
		c.field(fmt.Sprintf("ecs.fields[%d]", i), f)
	}
	var allowed []string
	for i, category := range ecs.Category {
		types, ok := categoryTypes[category]
		if !ok {
			c.fault(fmt.Sprintf("ecs.category[%d]", i), "%q is no ECS category: write one of %s", category,
				strings.Join(slices.Sorted(maps.Keys(categoryTypes)), ", "))
		}
		allowed = append(allowed, types...)
	}
	for i, t := range ecs.Type {
		if !slices.Contains(allowed, t) {
			c.fault(fmt.Sprintf("ecs.type[%d]", i), "%q is not allowed with category %s: write one of %s", t,
				strings.Join(ecs.Category, ", "), strings.Join(unique(allowed), ", "))
		}
	}
	if (len(ecs.Category) == 0) != (len(ecs.Type) == 0) {
		c.fault("ecs", "category and type go together: write both or none")
	}
}

// field checks a row but for what its field can take, which the reader of users' files does.
func (c *checker) field(key string, f Field) {
	if f.To == "" {
		c.fault(key+".to", "is missing: write the ECS field")
	}
	if f.As != "lines" { // these are lines of several parameters
		c.parameter(key+".from", f.From)
	}
}

func unique(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

func (c *checker) sources() {
	if len(c.e.Sources) == 0 {
		c.fault("sources", "is missing")
	}
	for _, key := range c.e.Sources {
		if c.file.Sources[key] == "" {
			c.fault("sources", "%q is none of the file's sources", key)
		}
	}
}
