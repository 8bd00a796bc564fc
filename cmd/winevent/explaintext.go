package main

import (
	"fmt"
	"strconv"
	"strings"

	"winevent/enrich/catalog"
)

// explain writes what a person wants to know of an entry, what it is first,
// then what to do.
func (s *sheet) explain(e *catalog.Entry, code *catalog.ErrorCode) {
	x := explain(e, code)
	fmt.Fprintf(s, "%s\n\n", s.screen.paint.heading.Sprintf("%s  %s", x.Code, x.Title))
	s.row("Symbolic name", fmt.Sprintf("%s (%s)", x.SymbolicName, x.SymbolicNameOrigin))
	s.row("Provider", x.Provider)
	s.row("Channel", x.Channel)
	s.row("Message", messageText(e))
	s.row("Severity", x.Severity+": "+x.SeverityReason)
	if x.Audit != nil {
		s.row("Audit policy", x.Audit.Category+" / "+x.Audit.Subcategory)
		s.verbatim("Switch it on", fmt.Sprintf(`auditpol /set /subcategory:"%s" /success:enable /failure:enable`, x.Audit.Subcategory))
	}
	s.list("Parameters", parameterTexts(e))
	s.WriteByte('\n')
	if code != nil {
		s.errorCode(e.Branch(code.Win32), len(e.ErrorParameters) > 0, x.Error)
	}
	s.row("What to do", x.Remediation.Summary)
	s.row("Cause", x.Remediation.Cause)
	s.steps("Steps", x.Remediation.Steps)
	s.row("Verify", x.Remediation.Verify)
	s.list("Confirmed by", verifyTexts(e, x.Remediation.VerifyEventCodes))
	if code == nil {
		s.branches(e)
	}
	s.WriteByte('\n')
	s.row("Reference", x.Remediation.Reference)
	s.list("Sources", x.Sources)
}

// errorCode writes what the code means, and whether the advice below is for it:
// branch is the entry's for the code, or nil; carried says whether the event has a code at all.
func (s *sheet) errorCode(branch *catalog.Branch, carried bool, x *explainedError) {
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
	switch {
	case branch != nil:
		s.row("", "What follows is for this code: "+branch.Name+".")
	case carried:
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
		s.item(label, "", b.Name+": "+strings.Join(codes, ", "))
		label = ""
	}
}

// messageText is the event's message with its parameters by name: <Policy>.
// Tabs, which Windows aligns with, become an indentation or a blank.
func messageText(e *catalog.Entry) string {
	var b strings.Builder
	for t := e.Message; t != ""; {
		c := t[0]
		t = t[1:]
		if c != '%' || t == "" {
			b.WriteByte(c)
			continue
		}
		digits := len(t) - len(strings.TrimLeft(t, "0123456789"))
		switch {
		case digits > 0:
			b.WriteString(placeholder(e, t[:digits]))
			t = t[digits:]
			continue
		case t[0] == 'n':
			b.WriteByte('\n')
		case t[0] == 't':
			b.WriteByte('\t')
		default:
			b.WriteByte(t[0])
		}
		t = t[1:]
	}
	lines := strings.Split(b.String(), "\n")
	for i, line := range lines {
		text := strings.TrimLeft(line, "\t")
		lines[i] = strings.TrimRight(strings.Repeat("    ", len(line)-len(text))+strings.Join(strings.Fields(text), " "), " ")
	}
	return strings.TrimRight(strings.Join(lines, "\n"), "\n")
}

// placeholder is the name of a parameter by its position. The last list that
// is long enough names it: lists stand in the order of Windows' versions.
func placeholder(e *catalog.Entry, position string) string {
	n, _ := strconv.Atoi(position)
	for i := len(e.Parameters) - 1; i >= 0; i-- {
		if names := e.Parameters[i].Names; n >= 1 && n <= len(names) {
			return "<" + names[n-1] + ">"
		}
	}
	return "%" + position
}

// parameterTexts lists the parameters; where there are several lists, each with its versions.
func parameterTexts(e *catalog.Entry) []string {
	var texts []string
	for _, l := range e.Parameters {
		text := strings.Join(l.Names, ", ")
		if len(l.Names) == 0 {
			text = "none"
		}
		if len(e.Parameters) > 1 {
			var versions []string
			for _, v := range l.Versions {
				versions = append(versions, strconv.Itoa(int(v)))
			}
			text = "version " + strings.Join(versions, ", ") + ": " + text
		}
		texts = append(texts, text)
	}
	return texts
}

// verifyTexts lists the events that confirm the cure, with their titles where the catalog has them.
func verifyTexts(e *catalog.Entry, codes []string) []string {
	var texts []string
	for _, code := range codes {
		id, _ := strconv.ParseUint(code, 10, 32)
		if known := catalog.Lookup([]byte(e.Provider), uint32(id)); known != nil {
			code += "  " + known.Title
		}
		texts = append(texts, code)
	}
	return texts
}
