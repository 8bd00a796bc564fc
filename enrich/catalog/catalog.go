// Package catalog knows Windows events: for a provider and an event id, the
// event's names, message template, parameters, severity, place in the audit
// policy and in ECS, and what to do about it.
//
// The knowledge is written by people in source/*.yaml, each entry with its
// sources, and compiled into Go tables by "go generate" (README.md here says
// how). Events that no entry describes are still named: their parameters and
// message come from Windows' manifests. Looking something up reads static data:
// nothing is parsed or built at start, and an unknown event is a normal answer,
// not an error.
package catalog

//go:generate go run ./gen

import (
	"slices"
	"sort"
	"strings"
)

// Severity is what a security team should make of an event.
type Severity uint8

// The severities, lowest first. NoSeverity is for a branch that does not change its entry's.
const (
	NoSeverity Severity = iota
	Informational
	Low
	Medium
	High
	Critical
)

var severityNames = [...]string{"", "informational", "low", "medium", "high", "critical"}

// severityScores is the scale of Elastic Security (rule severities 21, 47, 73,
// 99; below 21 is informational).
var severityScores = [...]uint64{0, 10, 21, 47, 73, 99}

// String returns the name as winevent.severity carries it.
func (s Severity) String() string { return severityNames[s] }

// Score returns the number as event.severity carries it.
func (s Severity) Score() uint64 { return severityScores[s] }

// ParseSeverity reads a name. It reports false for one that does not exist.
func ParseSeverity(name string) (Severity, bool) {
	i := slices.Index(severityNames[:], strings.ToLower(name))
	return Severity(max(i, 0)), i > 0
}

// SeverityNames lists the names, lowest first.
func SeverityNames() []string { return severityNames[1:] }

// Entry is what the catalog knows of one event. Entries are static and shared:
// they must not be changed.
type Entry struct {
	Provider string
	ID       uint32
	Channel  string

	// SymbolicName is the constant that Microsoft published for the event when
	// Published, else a name of our own.
	SymbolicName string
	Published    bool
	// SymbolicNameSource says where the published name stands.
	SymbolicNameSource string

	// Title says in one line what happened.
	Title string
	// Message is the template of Windows' message: %1 … are parameters, %n a line end, %t a tab.
	Message string

	// Audit lists the audit policy subcategories that write the event, most of
	// the time one; none for events that no audit policy controls.
	Audit []AuditPolicy

	// Parameters holds each list of names that a Windows version uses.
	Parameters []ParameterList
	// ErrorParameters name the parameters that can carry an error code: the
	// first that is there and not 0 counts.
	ErrorParameters []string
	// Values says which value map resolves a parameter.
	Values []ValueMap

	// Severity is NoSeverity for an event that is only named.
	Severity       Severity
	SeverityReason string
	// Cases are severities that the content decides; the first that fits counts.
	Cases []Case
	// Attack lists the ATT&CK techniques that the event speaks for.
	Attack []string

	ECS         ECS
	Remediation Remediation
	ByError     []Branch
	Sources     []string
}

// Described tells whether somebody wrote down what the event means. If not, it
// is only named: parameters, message and ECS fields.
func (e *Entry) Described() bool { return e.Severity != NoSeverity }

// AuditPolicy is a subcategory of the audit policy.
type AuditPolicy struct{ Category, Subcategory string }

// Case is a severity for events whose content fits all conditions.
type Case struct {
	If       []Condition
	Severity Severity
	Reason   string
}

// Condition compares the text of a parameter, without regard to case.
type Condition struct {
	Parameter string
	Operator  Operator
	// Values are in lower case. One of them must fit; for IsNot, none may.
	Values []string
}

// Operator is how a condition compares.
type Operator uint8

// The operators. Is and IsNot compare numbers as numbers.
const (
	Is Operator = iota
	IsNot
	Contains
	StartsWith
	EndsWith
)

var operatorNames = [...]string{"is", "is not", "contains", "starts with", "ends with"}

// String returns the operator in words.
func (o Operator) String() string { return operatorNames[o] }

// ParameterList names an event's parameters by position.
type ParameterList struct {
	// Versions of the event that use this list.
	Versions []uint8
	Names    []string
}

// ValueMap ties a parameter to a map of the catalog's values.
type ValueMap struct{ Parameter, Map string }

// ECS is the event's place in the Elastic Common Schema.
type ECS struct {
	Category, Type  []string
	Action, Outcome string
	// Fields are filled in this order; the first value of a field stays.
	Fields []ECSField
}

// ECSField says that an ECS field takes its value from a parameter.
type ECSField struct {
	// Field is the field, or for some forms the object whose members are set.
	Field, Parameter string
	Form             Form
}

// Form is how a field's value is made of a parameter's text. An empty text and "-" give none.
type Form uint8

// The forms.
const (
	AsText         Form = iota
	AsLower             // in lower case
	AsLong              // a number, decimal or 0x…
	AsIP                // an address
	AsPath              // a path, and beside it the file's name (beside file.path also directory and extension)
	AsAccount           // an account DOMAIN\name: .domain and .name of the object
	AsUPN               // what stands before the @
	AsHashes            // NAME=value,…: .hash.md5 … and .pe.imphash of the object
	AsDirection         // network.direction of true/false and of %%14592/%%14593
	AsTransport         // network.transport of an IANA protocol number
	AsRegistry          // a registry path: .path, .hive, .key and .value of the object
	AsRegistryData      // a registry value's data: registry.data.strings and .type
	AsObject            // file.path or registry, by the parameter ObjectType
	AsArgs              // a command line: the list of its words
	AsLines             // the classic PowerShell events' lines name=value
	AsAddresses         // a list of addresses, divided by semicolons
	AsLogonType         // the name of a logon type
	AsCommonName        // the CN of a distinguished name
	AsMessage           // the text behind %%n
)

// Remediation says what to do about an event.
type Remediation struct {
	Summary, Cause string
	Steps          []string
	Verify         string
	// VerifyEvents are event ids of the same provider that confirm the cure.
	VerifyEvents []uint32
	Reference    string
}

// Branch is the remediation for certain error codes, complete: what the
// source leaves out was filled in from the entry.
type Branch struct {
	Name           string
	Codes          []uint32
	Severity       Severity // NoSeverity: the entry's
	SeverityReason string
	Remediation    Remediation
}

// Entries returns all entries that describe an event, ordered by provider and
// id. The slice must not be changed.
func Entries() []Entry { return entries }

// Count is the number of events that the catalog can name, described or not.
// Their places for At are 0 to Count-1.
func Count() int { return len(events) }

// Version names the state of the catalog: the date of its source and a
// fingerprint of its content.
func Version() string { return version }

// Lookup returns the entry that describes an event, or nil. Provider names are
// compared without regard to case. It does not allocate.
func Lookup(provider []byte, id uint32) *Entry {
	if i := Find(provider, id); i >= 0 && events[i].entry >= 0 {
		return &entries[events[i].entry]
	}
	return nil
}

// Find returns the place of an event, for At and for tables kept beside the
// catalog, or -1. Provider names are compared without regard to case. It does
// not allocate.
func Find(provider []byte, id uint32) int {
	p := providerIndex(provider)
	if p < 0 {
		p = providerFold(provider)
	}
	return findIn(p, id)
}

// findIn returns the place of an event of the provider at a place in providers, or -1.
func findIn(p int, id uint32) int {
	if p < 0 {
		return -1
	}
	first, end := providers[p].first, providers[p].end
	i := first + sort.Search(end-first, func(i int) bool { return events[first+i].id >= id })
	if i < end && events[i].id == id {
		return i
	}
	return -1
}

// At returns the entry of the event at a place that Find returned: the one that
// describes it, else one made for the call that only names it.
func At(i int) *Entry {
	e := &events[i]
	if e.entry >= 0 {
		return &entries[e.entry]
	}
	p := sort.Search(len(providers), func(p int) bool { return providers[p].end > i })
	return &Entry{
		Provider: providers[p].name, ID: e.id, Message: e.message, Parameters: e.parameters, Audit: e.audit, ECS: ECS{Fields: e.fields},
	}
}

// namedEvent is an event that exists. What follows entry is set for those that
// no entry describes.
type namedEvent struct {
	id         uint32
	entry      int32 // in entries, or -1
	message    string
	parameters []ParameterList
	audit      []AuditPolicy
	fields     []ECSField
}

// providerRange is where a provider's events stand in events.
type providerRange struct {
	name       string
	first, end int
}

// providerFold finds a provider whose name is spelt in another case.
func providerFold(provider []byte) int {
	for i := range providers {
		if equalFold(providers[i].name, provider) {
			return i
		}
	}
	return -1
}

// equalFold compares without regard to the case of ASCII letters, which is all
// that provider names consist of; strings.EqualFold would need a copy of b.
func equalFold(name string, b []byte) bool {
	if len(name) != len(b) {
		return false
	}
	for i := range b {
		if x, y := name[i], b[i]; x != y && (x|0x20 != y|0x20 || x|0x20 < 'a' || x|0x20 > 'z') {
			return false
		}
	}
	return true
}

// Names returns the names of count parameters of the given version of the
// event. Without a version the count has to decide alone, and does so only when
// no two versions disagree. nil means that the catalog does not know such a list.
func (e *Entry) Names(version uint64, versionKnown bool, count int) []string {
	if i := e.FindParameters(version, versionKnown, count); i >= 0 {
		return e.Parameters[i].Names
	}
	return nil
}

// FindParameters is Names, but returns the list's place in Parameters, or -1.
func (e *Entry) FindParameters(version uint64, versionKnown bool, count int) int {
	found := -1
	for i := range e.Parameters {
		list := &e.Parameters[i]
		if len(list.Names) != count || versionKnown && !hasVersion(list.Versions, version) {
			continue
		}
		if found >= 0 && !slices.Equal(e.Parameters[found].Names, list.Names) {
			return -1
		}
		found = i
	}
	return found
}

func hasVersion(versions []uint8, version uint64) bool {
	for _, v := range versions {
		if uint64(v) == version {
			return true
		}
	}
	return false
}

// Branch returns the branch for an error code, or nil when the entry has none for it.
func (e *Entry) Branch(code uint32) *Branch {
	if i := e.FindBranch(code); i >= 0 {
		return &e.ByError[i]
	}
	return nil
}

// FindBranch is Branch, but returns the branch's place in ByError, or -1.
func (e *Entry) FindBranch(code uint32) int {
	return slices.IndexFunc(e.ByError, func(b Branch) bool { return slices.Contains(b.Codes, code) })
}

// ValueMap returns the name of the value map of a parameter, or "".
func (e *Entry) ValueMap(parameter []byte) string {
	for i := range e.Values {
		if e.Values[i].Parameter == string(parameter) {
			return e.Values[i].Map
		}
	}
	return ""
}
