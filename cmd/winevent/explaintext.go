package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"winevent/enrich/catalog"
)

// explain writes what a person wants to know of an entry, what it is first,
// then what to do. known is the catalog that it is of.
func (s *sheet) explain(known *catalog.Catalog, e *catalog.Entry, code *catalog.ErrorCode) {
	if !e.Described() {
		s.named(e, code)
		return
	}
	x := explain(e, code)
	fmt.Fprintf(s, "%s\n\n", s.screen.paint.heading.Sprintf("%s  %s", x.Code, x.Title))
	s.row("Symbolic name", fmt.Sprintf("%s (%s)", x.SymbolicName, x.SymbolicNameOrigin))
	s.row("Provider", x.Provider)
	s.row("Channel", x.Channel)
	s.row("Message", e.MessageText())
	s.row("Severity", x.Severity+": "+x.SeverityReason)
	s.list("Severity when", caseTexts(e.Cases))
	s.list("ATT&CK", techniqueTexts(e.Attack))
	s.audit(e)
	s.row("ECS", ecsText(&e.ECS))
	s.list("Parameters", e.ParameterTexts())
	s.WriteByte('\n')
	if code != nil {
		s.errorCode(e, x.Error)
	}
	s.cure(known, e, cmp.Or(x.Remediation, &explainedCure{}))
	if code == nil {
		s.branches(e)
	}
	s.list("Sources", x.Sources)
}

// named writes what is known of an event that nobody described.
func (s *sheet) named(e *catalog.Entry, code *catalog.ErrorCode) {
	fmt.Fprintf(s, "%s\n\n", s.screen.paint.heading.Sprintf("%d  an event that nobody described", e.ID))
	s.row("Provider", e.Provider)
	s.row("Message", e.MessageText())
	s.audit(e)
	s.list("Parameters", e.ParameterTexts())
	s.WriteByte('\n')
	if code != nil {
		s.errorCode(e, explain(e, code).Error)
	}
	s.row("Severity", "by Windows' own level: the catalog knows this event by name only")
	s.row("Describe it", "with an entry of your own (docs/catalog-file.md)")
}

// cure writes what to do.
func (s *sheet) cure(known *catalog.Catalog, e *catalog.Entry, r *explainedCure) {
	before := s.Len()
	s.row("What to do", r.Summary)
	s.row("Cause", r.Cause)
	s.steps("Steps", r.Steps)
	s.row("Verify", r.Verify)
	s.list("Confirmed by", verifyTexts(known, e, r.VerifyEventCodes))
	s.row("Reference", r.Reference)
	if s.Len() > before {
		s.WriteByte('\n')
	}
}

// audit writes the subcategories that write the event, and how to switch each on.
func (s *sheet) audit(e *catalog.Entry) {
	label, command := "Audit policy", "Switch it on"
	for _, a := range e.Audit {
		s.row(label, a.Category+" / "+a.Subcategory)
		label = ""
	}
	for _, a := range e.Audit {
		s.verbatim(command, a.SwitchOn())
		command = ""
	}
}

// caseTexts says for each case when it decides what, and why.
func caseTexts(cases []catalog.Case) []string {
	var texts []string
	for i := range cases {
		texts = append(texts, fmt.Sprintf("%s → %s: %s", cases[i].When(), cases[i].Severity, cases[i].Reason))
	}
	return texts
}

func techniqueTexts(techniques []string) []string {
	var texts []string
	for _, t := range techniques {
		texts = append(texts, t+"  https://attack.mitre.org/techniques/"+strings.ReplaceAll(t, ".", "/"))
	}
	return texts
}

// ecsText is the event's place in ECS, without what it does not have.
func ecsText(ecs *catalog.ECS) string {
	var parts []string
	for _, p := range []struct{ name, text string }{
		{"category", strings.Join(ecs.Category, ", ")}, {"type", strings.Join(ecs.Type, ", ")}, {"action", ecs.Action}, {"outcome", ecs.Outcome},
	} {
		if p.text != "" {
			parts = append(parts, p.name+" "+p.text)
		}
	}
	return strings.Join(parts, "; ")
}

// errorCode writes what the code means, and whether the advice below is for it.
func (s *sheet) errorCode(e *catalog.Entry, x *explainedError) {
	text := x.Code
	if x.Hex != x.Code {
		text += " (" + x.Hex + ")"
	}
	if x.Symbol == "" {
		text += " is in no error table"
	} else {
		text += " " + x.Symbol + ": " + x.Message
	}
	s.row("Error", text)
	code, _ := strconv.ParseUint(x.Hex, 0, 32)
	decoded := catalog.DecodeError(uint32(code))
	branch := e.Branch(decoded.Win32)
	switch {
	case branch != nil:
		s.row("", "What follows is for this code: "+branch.Name+".")
	case e.Remediation.None():
		s.row("", "The catalog has no advice for this event.")
	case len(e.ErrorParameters) > 0:
		s.row("", "There is no advice for this code alone; what follows holds for any.")
	default:
		s.row("", "This event carries no error code; what follows holds for any.")
	}
}

// branches writes the codes that have a remediation of their own.
func (s *sheet) branches(e *catalog.Entry) {
	label := "With --error"
	for _, b := range e.ByError {
		var codes []string
		for _, c := range b.Codes {
			codes = append(codes, strings.TrimSuffix(codeText(c)+noBreak+catalog.DecodeError(c).Symbol, noBreak))
		}
		name := b.Name
		if b.Severity != catalog.NoSeverity {
			name += " (" + b.Severity.String() + ")"
		}
		s.item(label, "", name+": "+strings.Join(codes, ", "))
		label = ""
	}
	if len(e.ByError) > 0 {
		s.WriteByte('\n')
	}
}

// verifyTexts lists the events that confirm the cure, with their titles where the catalog has them.
func verifyTexts(known *catalog.Catalog, e *catalog.Entry, codes []string) []string {
	var texts []string
	for _, code := range codes {
		id, _ := strconv.ParseUint(code, 10, 32)
		if confirming := known.Lookup([]byte(e.Provider), uint32(id)); confirming != nil {
			code += "  " + confirming.Title
		}
		texts = append(texts, code)
	}
	return texts
}
