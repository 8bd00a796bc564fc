package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// The longest texts, in characters: README.md beside the sources states them.
const (
	maxTitle    = 100
	maxReason   = 200
	maxSummary  = 160
	maxCause    = 500
	maxStep     = 300
	maxSteps    = 8
	maxVerify   = 400
	maxMessages = 2000
)

var (
	severities = []string{"informational", "low", "medium", "high", "critical"}
	outcomes   = []string{"", "success", "failure", "unknown"}
	// categoryTypes are the pairs of event.category and event.type that ECS 8.11 allows, for the categories in use.
	categoryTypes = map[string][]string{
		"configuration": {"access", "change", "creation", "deletion", "info"},
		"driver":        {"change", "end", "info", "start"},
		"network":       {"access", "allowed", "connection", "denied", "end", "info", "protocol", "start"},
		"process":       {"access", "change", "end", "info", "start"},
	}
	actionForm     = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	derivedForm    = regexp.MustCompile(`^[a-z0-9]+(_[a-z0-9]+)+$`)
	publishedForm  = regexp.MustCompile(`^(SE_AUDITID_[A-Z0-9_]+|WF[A-Za-z]+|[A-Z][A-Za-z0-9_]+)$`)
	nameForm       = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	placeholder    = regexp.MustCompile(`%(\d+)`)
	filler         = regexp.MustCompile(`(?i)contact your (system )?administrator|check the logs?\b|^investigate\b`)
	fourDigitEvent = regexp.MustCompile(`\bevents? (\d{4})\b`)
)

// validate returns every fault of every entry.
func (c *catalog) validate() error {
	var faults []error
	seen := map[string]string{}
	for _, f := range c.files {
		for _, e := range f.Events {
			v := checker{c: c, f: f, e: e}
			v.entry()
			key := fmt.Sprintf("%s %d", f.Provider, e.ID)
			if where, twice := seen[key]; twice {
				v.fault("id", "stands in %s already", where)
			}
			seen[key] = f.name
			faults = append(faults, v.faults...)
		}
	}
	return errors.Join(faults...)
}

// checker collects the faults of one entry.
type checker struct {
	c      *catalog
	f      file
	e      eventSource
	faults []error
}

func (v *checker) fault(key, format string, args ...any) {
	v.faults = append(v.faults, fmt.Errorf("%s: event %d: %s: %s", v.f.name, v.e.ID, key, fmt.Sprintf(format, args...)))
}

func (v *checker) text(key, text string, longest int) {
	switch n := len([]rune(text)); {
	case n == 0:
		v.fault(key, "is missing")
	case n > longest:
		v.fault(key, "has %d characters, at most %d", n, longest)
	case strings.TrimSpace(text) != text || strings.ContainsAny(text, "\n\r\t"):
		v.fault(key, "has white space at its ends or more than one line")
	case filler.MatchString(text):
		v.fault(key, "is no instruction: %q", filler.FindString(text))
	}
	for _, m := range fourDigitEvent.FindAllStringSubmatch(text, -1) {
		v.eventExists(key, m[1])
	}
}

func (v *checker) eventExists(key, text string) {
	id, _ := strconv.ParseUint(text, 10, 32)
	for _, ids := range v.c.known {
		if ids[uint32(id)] {
			return
		}
	}
	v.fault(key, "names event %d, which does not exist", id)
}

func oneOf(list []string, s string) bool { return slices.Contains(list, s) }

func (v *checker) entry() {
	e := v.e
	if !v.c.known[v.f.Provider][e.ID] {
		v.fault("id", "%s has no such event", v.f.Provider)
	}
	v.symbolicName()
	v.text("title", e.Title, maxTitle)
	v.text("message", e.Message, maxMessages)
	v.parameters()
	v.text("severity_reason", e.SeverityReason, maxReason)
	if !oneOf(severities, e.Severity) {
		v.fault("severity", "%q is none of %s", e.Severity, strings.Join(severities, ", "))
	}
	if a := e.Audit; a != nil && !v.c.audit[a.Category+"/"+a.Subcategory] {
		v.fault("audit", "%s/%s is no audit subcategory", a.Category, a.Subcategory)
	}
	v.ecs()
	v.remediation("remediation", e.Remediation)
	for _, b := range e.Remediation.ByError {
		v.branch(b)
	}
	v.sources()
}

func (v *checker) symbolicName() {
	name := v.e.SymbolicName
	switch v.e.SymbolicNameOrigin {
	case "published":
		if !publishedForm.MatchString(name) {
			v.fault("symbolic_name", "%q does not look like a published name", name)
		}
		if v.f.Sources[v.e.SymbolicNameSource] == "" {
			v.fault("symbolic_name_source", "a published name needs a source, %q is none of the file's", v.e.SymbolicNameSource)
		}
	case "derived":
		if !derivedForm.MatchString(name) {
			v.fault("symbolic_name", "%q: a derived name is lower-case words joined by _", name)
		}
	default:
		v.fault("symbolic_name_origin", "%q is neither published nor derived", v.e.SymbolicNameOrigin)
	}
}

// parameters checks the lists against each other, and everything that names a parameter against them.
func (v *checker) parameters() {
	if len(v.e.Parameters) == 0 {
		v.fault("parameters", "has no list; an event without parameters has names: []")
	}
	longest := 0
	for _, p := range v.e.Parameters {
		longest = max(longest, len(p.Names))
		if len(p.Versions) == 0 {
			v.fault("parameters", "a list names no versions")
		}
		for i, name := range p.Names {
			if !nameForm.MatchString(name) {
				v.fault("parameters", "%q is no name (blanks are dropped)", name)
			}
			if slices.Contains(p.Names[:i], name) {
				v.fault("parameters", "%q stands twice in one list", name)
			}
		}
	}
	for _, m := range placeholder.FindAllStringSubmatch(v.e.Message, -1) {
		if n, _ := strconv.Atoi(m[1]); n < 1 || n > longest {
			v.fault("message", "%s has no parameter", m[0])
		}
	}
	if p := v.e.ErrorParameter; p != "" {
		v.known("error_parameter", p)
	}
	for parameter, name := range v.e.Values {
		v.known("values", parameter)
		if !slices.ContainsFunc(v.c.values, func(r valueRow) bool { return r.name == name }) {
			v.fault("values", "%q is no value map", name)
		}
	}
	for field, parameter := range v.e.ECS.Fields {
		v.known("ecs.fields."+field, parameter)
	}
}

func (v *checker) known(key, parameter string) {
	for _, p := range v.e.Parameters {
		if slices.Contains(p.Names, parameter) {
			return
		}
	}
	v.fault(key, "the event has no parameter %q", parameter)
}

func (v *checker) ecs() {
	ecs := v.e.ECS
	if !actionForm.MatchString(ecs.Action) {
		v.fault("ecs.action", "%q is not lower-case words joined by -", ecs.Action)
	}
	if !oneOf(outcomes, ecs.Outcome) {
		v.fault("ecs.outcome", "%q is none of success, failure, unknown", ecs.Outcome)
	}
	var allowed []string
	for _, category := range ecs.Category {
		types, ok := categoryTypes[category]
		if !ok {
			v.fault("ecs.category", "%q is not in use or no ECS category", category)
		}
		allowed = append(allowed, types...)
	}
	for _, t := range ecs.Type {
		if !oneOf(allowed, t) {
			v.fault("ecs.type", "%q is not allowed with category %s", t, strings.Join(ecs.Category, ", "))
		}
	}
	if len(ecs.Category) == 0 || len(ecs.Type) == 0 {
		v.fault("ecs", "category and type are needed")
	}
}

func (v *checker) remediation(key string, r remediationSource) {
	v.text(key+".summary", r.Summary, maxSummary)
	v.text(key+".cause", r.Cause, maxCause)
	v.text(key+".verify", r.Verify, maxVerify)
	if n := len(r.Steps); n == 0 || n > maxSteps {
		v.fault(key+".steps", "has %d steps, 1 to %d are wanted", n, maxSteps)
	}
	for i, step := range r.Steps {
		v.text(fmt.Sprintf("%s.steps[%d]", key, i), step, maxStep)
	}
	for _, id := range r.VerifyEvents {
		if !v.c.known[v.f.Provider][id] {
			v.fault(key+".verify_events", "%s has no event %d", v.f.Provider, id)
		}
	}
	if !strings.HasPrefix(r.Reference, "https://") {
		v.fault(key+".reference", "%q is no https address", r.Reference)
	}
}

func (v *checker) branch(b branchSource) {
	key := "remediation.by_error[" + b.Name + "]"
	if b.Name == "" || len(b.Codes) == 0 {
		v.fault(key, "name and codes are needed")
	}
	if v.e.ErrorParameter == "" {
		v.fault(key, "the event has no error_parameter")
	}
	if b.Severity != "" && !oneOf(severities, b.Severity) || (b.Severity == "") != (b.SeverityReason == "") {
		v.fault(key, "severity and severity_reason go together, and severity is one of %s", strings.Join(severities, ", "))
	}
	for _, code := range b.Codes {
		v.codeExists(key, code)
		for _, other := range v.e.Remediation.ByError {
			if other.Name != b.Name && slices.Contains(other.Codes, code) {
				v.fault(key, "code %d is in branch %q too", code, other.Name)
			}
		}
	}
	v.remediation(key, b.inherit(v.e.Remediation))
}

// codeExists accepts codes of the tables. HRESULTs that wrap a Win32 code are
// decoded before branches are looked at, so a branch must name the Win32 code.
func (v *checker) codeExists(key string, code uint32) {
	if code&0xffff0000 == 0x80070000 {
		v.fault(key, "0x%08X wraps Win32 code %d: name that", code, code&0xffff)
		return
	}
	if !slices.ContainsFunc(v.c.errors, func(r errorRow) bool { return r.code == code }) {
		v.fault(key, "no error code %d (0x%08X)", code, code)
	}
}

func (v *checker) sources() {
	if len(v.e.Sources) == 0 {
		v.fault("sources", "is missing")
	}
	for _, key := range v.e.Sources {
		if v.f.Sources[key] == "" {
			v.fault("sources", "%q is none of the file's sources", key)
		}
	}
}
