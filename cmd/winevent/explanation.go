package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"winevent/enrich/catalog"
)

// explanation is all that a catalog entry says, as explain and catalog print it
// in JSON. The keys are those of the documents below "winevent" where there are
// such; codes are texts as they are there.
type explanation struct {
	Code     string `json:"code"`
	Provider string `json:"provider"`
	Channel  string `json:"channel,omitempty"`
	// Described is false for an event that is only named: then most is missing.
	Described          bool              `json:"described"`
	SymbolicName       string            `json:"symbolic_name,omitempty"`
	SymbolicNameOrigin string            `json:"symbolic_name_origin,omitempty"`
	SymbolicNameSource string            `json:"symbolic_name_source,omitempty"`
	Title              string            `json:"title,omitempty"`
	MessageTemplate    string            `json:"message_template"`
	Severity           string            `json:"severity,omitempty"`
	SeverityReason     string            `json:"severity_reason,omitempty"`
	SeverityWhen       []explainedCase   `json:"severity_when"`
	Attack             []string          `json:"attack"`
	Audit              []auditPolicy     `json:"audit"`
	ECS                explainedECS      `json:"ecs"`
	Parameters         []parameterList   `json:"parameters"`
	ErrorParameters    []string          `json:"error_parameters"`
	Values             map[string]string `json:"values,omitempty"`
	Error              *explainedError   `json:"error,omitempty"`
	Remediation        *explainedCure    `json:"remediation,omitempty"`
	Branches           []explainedBranch `json:"branches"`
	Sources            []string          `json:"sources"`
}

type explainedCase struct {
	If       []explainedCondition `json:"if"`
	Severity string               `json:"severity"`
	Reason   string               `json:"reason"`
}

type explainedCondition struct {
	Parameter string   `json:"parameter"`
	Operator  string   `json:"operator"`
	Values    []string `json:"values"`
}

type auditPolicy struct {
	Category    string `json:"category"`
	Subcategory string `json:"subcategory"`
}

type explainedECS struct {
	Category []string         `json:"category"`
	Type     []string         `json:"type"`
	Action   string           `json:"action,omitempty"`
	Outcome  string           `json:"outcome,omitempty"`
	Fields   []explainedField `json:"fields"`
}

type explainedField struct {
	From string `json:"from"`
	To   string `json:"to"`
	As   string `json:"as,omitempty"`
}

type parameterList struct {
	Versions []int    `json:"versions"`
	Names    []string `json:"names"`
}

type explainedError struct {
	Code     string `json:"code"`
	Hex      string `json:"hex"`
	Symbol   string `json:"symbol,omitempty"`
	Message  string `json:"message,omitempty"`
	Facility string `json:"facility"`
}

type explainedCure struct {
	Summary          string   `json:"summary,omitempty"`
	Cause            string   `json:"cause,omitempty"`
	Steps            []string `json:"steps"`
	Verify           string   `json:"verify,omitempty"`
	VerifyEventCodes []string `json:"verify_event_codes"`
	Reference        string   `json:"reference,omitempty"`
}

type explainedBranch struct {
	Name           string         `json:"name"`
	Codes          []string       `json:"codes"`
	Severity       string         `json:"severity,omitempty"`
	SeverityReason string         `json:"severity_reason,omitempty"`
	Remediation    *explainedCure `json:"remediation,omitempty"`
}

// explain makes the explanation of an entry; code is the error that it came
// with, or nil. Severity and remediation are those for the code, where the
// entry has a branch for it.
func explain(e *catalog.Entry, code *catalog.ErrorCode) explanation {
	x := explanation{
		Code: strconv.Itoa(int(e.ID)), Provider: e.Provider, Channel: e.Channel, Described: e.Described(),
		Title: e.Title, MessageTemplate: e.Message,
		Severity: e.Severity.String(), SeverityReason: e.SeverityReason,
		SeverityWhen: explainCases(e.Cases), Attack: list(e.Attack), Audit: []auditPolicy{},
		ECS: explainECS(&e.ECS), Parameters: []parameterList{}, ErrorParameters: list(e.ErrorParameters),
		Remediation: explainCure(&e.Remediation), Branches: explainBranches(e.ByError),
		Sources: list(e.Sources),
	}
	if x.Described {
		x.SymbolicName, x.SymbolicNameSource, x.SymbolicNameOrigin = e.SymbolicName, e.SymbolicNameSource, originOf(e)
	}
	for _, a := range e.Audit {
		x.Audit = append(x.Audit, auditPolicy{a.Category, a.Subcategory})
	}
	for _, l := range e.Parameters {
		// Not the bytes themselves: JSON would write those in base64.
		versions := make([]int, len(l.Versions))
		for i, v := range l.Versions {
			versions[i] = int(v)
		}
		x.Parameters = append(x.Parameters, parameterList{versions, list(l.Names)})
	}
	for _, v := range e.Values {
		if x.Values == nil {
			x.Values = map[string]string{}
		}
		x.Values[v.Parameter] = v.Map
	}
	if code != nil {
		x.setError(e, code)
	}
	return x
}

// originOf says who made the symbolic name, in the words of winevent.symbolic_name_origin.
func originOf(e *catalog.Entry) string {
	if e.Published {
		return "published"
	}
	return "derived"
}

func explainCases(cases []catalog.Case) []explainedCase {
	all := []explainedCase{}
	for i := range cases {
		x := explainedCase{Severity: cases[i].Severity.String(), Reason: cases[i].Reason}
		for _, c := range cases[i].If {
			x.If = append(x.If, explainedCondition{c.Parameter, c.Operator.String(), list(c.Values)})
		}
		all = append(all, x)
	}
	return all
}

func explainECS(ecs *catalog.ECS) explainedECS {
	x := explainedECS{list(ecs.Category), list(ecs.Type), ecs.Action, ecs.Outcome, []explainedField{}}
	for _, f := range ecs.Fields {
		x.Fields = append(x.Fields, explainedField{f.Parameter, f.Field, f.Form.String()})
	}
	return x
}

func explainBranches(branches []catalog.Branch) []explainedBranch {
	all := []explainedBranch{}
	for i := range branches {
		b := &branches[i]
		x := explainedBranch{b.Name, []string{}, b.Severity.String(), b.SeverityReason, explainCure(&b.Remediation)}
		for _, c := range b.Codes {
			x.Codes = append(x.Codes, codeText(c))
		}
		all = append(all, x)
	}
	return all
}

// setError makes x the explanation for an error code.
func (x *explanation) setError(e *catalog.Entry, code *catalog.ErrorCode) {
	x.Error = &explainedError{codeText(code.Code), fmt.Sprintf("0x%x", code.Code), code.Symbol, code.Message, code.Kind.String()}
	b := e.Branch(code.Win32)
	if b == nil {
		return
	}
	x.Remediation = explainCure(&b.Remediation)
	if b.Severity != catalog.NoSeverity {
		x.Severity, x.SeverityReason = b.Severity.String(), b.SeverityReason
	}
}

// explainCure returns nil where there is nothing to say.
func explainCure(r *catalog.Remediation) *explainedCure {
	if r.None() {
		return nil
	}
	x := &explainedCure{r.Summary, r.Cause, list(r.Steps), r.Verify, []string{}, r.Reference}
	for _, id := range r.VerifyEvents {
		x.VerifyEventCodes = append(x.VerifyEventCodes, strconv.Itoa(int(id)))
	}
	return x
}

// codeText spells an error code the way people look it up.
func codeText(code uint32) string {
	decoded := catalog.DecodeError(code)
	return string(decoded.AppendText(nil))
}

// list returns texts as a list that JSON writes as [] when it is empty.
func list(texts []string) []string {
	if texts == nil {
		return []string{}
	}
	return texts
}

// appendJSON appends x as JSON with a line end: on one line, or indented for people.
func appendJSON(b *bytes.Buffer, x any, indent string) error {
	encoder := json.NewEncoder(b)
	encoder.SetEscapeHTML(false) // templates have <Name>, commands have &
	encoder.SetIndent("", indent)
	return encoder.Encode(x)
}
