package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"

	"winevent/enrich/catalog"
)

// explanation is a catalog entry as explain and catalog print it in JSON. The
// keys are those of the documents below "winevent" where there are such; codes
// are texts as they are there.
type explanation struct {
	Code               string            `json:"code"`
	Provider           string            `json:"provider"`
	Channel            string            `json:"channel"`
	SymbolicName       string            `json:"symbolic_name"`
	SymbolicNameOrigin string            `json:"symbolic_name_origin"`
	Title              string            `json:"title"`
	MessageTemplate    string            `json:"message_template"`
	Severity           string            `json:"severity"`
	SeverityReason     string            `json:"severity_reason"`
	Audit              *auditPolicy      `json:"audit,omitempty"`
	Parameters         []parameterList   `json:"parameters"`
	Error              *explainedError   `json:"error,omitempty"`
	Remediation        explainedCure     `json:"remediation"`
	Branches           []explainedBranch `json:"branches"`
	Sources            []string          `json:"sources"`
}

type auditPolicy struct {
	Category    string `json:"category"`
	Subcategory string `json:"subcategory"`
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
	Summary          string   `json:"summary"`
	Cause            string   `json:"cause"`
	Steps            []string `json:"steps"`
	Verify           string   `json:"verify"`
	VerifyEventCodes []string `json:"verify_event_codes"`
	Reference        string   `json:"reference"`
}

type explainedBranch struct {
	Name  string   `json:"name"`
	Codes []string `json:"codes"`
}

// explain makes the explanation of an entry; code is the error that it came
// with, or nil. Severity and remediation are those for the code, where the
// entry has a branch for it.
func explain(e *catalog.Entry, code *catalog.ErrorCode) explanation {
	x := explanation{
		Code: strconv.Itoa(int(e.ID)), Provider: e.Provider, Channel: e.Channel,
		SymbolicName: e.SymbolicName, SymbolicNameOrigin: "derived",
		Title: e.Title, MessageTemplate: e.Message,
		Severity: e.Severity.String(), SeverityReason: e.SeverityReason,
		Parameters:  []parameterList{},
		Remediation: explainCure(e.Remediation),
		Branches:    []explainedBranch{},
		Sources:     list(e.Sources),
	}
	if e.Published {
		x.SymbolicNameOrigin = "published"
	}
	if len(e.Audit) > 0 {
		x.Audit = &auditPolicy{e.Audit[0].Category, e.Audit[0].Subcategory}
	}
	for _, l := range e.Parameters {
		// Not the bytes themselves: JSON would write those in base64.
		versions := make([]int, len(l.Versions))
		for i, v := range l.Versions {
			versions[i] = int(v)
		}
		x.Parameters = append(x.Parameters, parameterList{versions, list(l.Names)})
	}
	for _, b := range e.ByError {
		branch := explainedBranch{Name: b.Name, Codes: []string{}}
		for _, c := range b.Codes {
			branch.Codes = append(branch.Codes, codeText(c))
		}
		x.Branches = append(x.Branches, branch)
	}
	if code != nil {
		x.setError(e, code)
	}
	return x
}

// setError makes x the explanation for an error code.
func (x *explanation) setError(e *catalog.Entry, code *catalog.ErrorCode) {
	x.Error = &explainedError{codeText(code.Code), fmt.Sprintf("0x%x", code.Code), code.Symbol, code.Message, code.Kind.String()}
	b := e.Branch(code.Win32)
	if b == nil {
		return
	}
	x.Remediation = explainCure(b.Remediation)
	if b.Severity != catalog.NoSeverity {
		x.Severity, x.SeverityReason = b.Severity.String(), b.SeverityReason
	}
}

func explainCure(r catalog.Remediation) explainedCure {
	x := explainedCure{r.Summary, r.Cause, list(r.Steps), r.Verify, []string{}, r.Reference}
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
