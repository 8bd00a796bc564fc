package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode/utf8"
)

// cardIndent is how far a card's rows stand in below its heading.
const cardIndent = 4

// card is what the terminal shows of a document.
type card struct {
	Timestamp string `json:"@timestamp"`
	Message   string `json:"message"`
	Error     struct {
		Message string `json:"message"`
	} `json:"error"`
	Event struct {
		Code     string `json:"code"`
		Kind     string `json:"kind"`
		Original string `json:"original"`
	} `json:"event"`
	Host struct {
		Name string `json:"name"`
	} `json:"host"`
	Winevent struct {
		SymbolicName       string          `json:"symbolic_name"`
		SymbolicNameOrigin string          `json:"symbolic_name_origin"`
		Title              string          `json:"title"`
		Severity           string          `json:"severity"`
		SeverityReason     string          `json:"severity_reason"`
		Error              *explainedError `json:"error"`
		Remediation        explainedCure   `json:"remediation"`
	} `json:"winevent"`
}

// card writes a document for reading: a heading, and for an event that the
// catalog knows what to do about it.
func (s *sheet) card(document []byte) {
	var c card
	if err := json.Unmarshal(document, &c); err != nil {
		// Not expected of our own JSON; the document itself is better than nothing.
		fmt.Fprintf(s, "%s\n", document)
		return
	}
	if c.Event.Kind == "pipeline_error" {
		s.fault(&c)
		return
	}
	s.heading(&c)
	w := &c.Winevent
	if w.SymbolicName == "" {
		return
	}
	s.row("Symbolic name", fmt.Sprintf("%s (%s)", w.SymbolicName, w.SymbolicNameOrigin))
	s.row("Severity", w.Severity+": "+w.SeverityReason)
	if e := w.Error; e != nil {
		s.row("Error", strings.TrimSpace(fmt.Sprintf("%s (%s) %s: %s", e.Code, e.Hex, e.Symbol, e.Message)))
	}
	s.row("What to do", w.Remediation.Summary)
	s.row("Cause", w.Remediation.Cause)
	s.steps("Steps", w.Remediation.Steps)
	s.row("Verify", w.Remediation.Verify)
	s.row("Reference", w.Remediation.Reference)
	s.WriteByte('\n')
}

// heading writes the one line that every event has. A message is cut to it; a title is not.
func (s *sheet) heading(c *card) {
	paint, severity := s.screen.paint, c.Winevent.Severity
	host := "  " + clean(c.Host.Name)
	time, code, title := clean(c.Timestamp), clean(c.Event.Code), c.Winevent.Title
	if title == "" {
		message, _, _ := strings.Cut(strings.TrimSpace(c.Message), "\n")
		taken := utf8.RuneCountInString(time + severity + code + host + "      ")
		title = clip(clean(strings.TrimSpace(message)), s.screen.width-taken)
	}
	fmt.Fprintf(s, "%s  %s  %s  %s%s\n", time, paint.severity(severity, severity), code, paint.heading.Sprint(title), host)
}

// fault writes a line that was not enriched: why, and how it begins.
func (s *sheet) fault(c *card) {
	fmt.Fprintf(s, "%s  %s\n", s.screen.paint.fault.Sprint("not enriched"), clean(c.Error.Message))
	s.row("Line", clip(clean(c.Event.Original), s.screen.width-s.indent-labelWidth))
	s.WriteByte('\n')
}
