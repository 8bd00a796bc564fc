package userfile

import (
	"fmt"
	"slices"
	"strings"

	"winevent/enrich/catalog"
	"winevent/enrich/catalog/entryfile"
)

// eventOf is a built-in entry as it would be written; an empty one for nil.
// Message and parameters are left out: they are Windows' own, as it has them,
// and not for checking.
func eventOf(e *catalog.Entry) entryfile.Event {
	if e == nil {
		return entryfile.Event{}
	}
	event := entryfile.Event{
		ID: e.ID, SymbolicName: e.SymbolicName, SymbolicNameSource: e.SymbolicNameSource, Title: e.Title,
		ErrorParameter: e.ErrorParameters, Severity: e.Severity.String(), SeverityReason: e.SeverityReason,
		SeverityWhen: casesOf(e.Cases), Attack: e.Attack,
		ECS:         entryfile.ECS{Category: e.ECS.Category, Type: e.ECS.Type, Action: e.ECS.Action, Outcome: e.ECS.Outcome},
		Values:      map[string]string{},
		Remediation: remediationOf(e.Remediation),
	}
	if e.Published {
		event.SymbolicNameOrigin = "published"
	}
	for _, v := range e.Values {
		event.Values[v.Parameter] = v.Map
	}
	for i := range e.ByError {
		event.Remediation.ByError = append(event.Remediation.ByError, branchOf(e, &e.ByError[i]))
	}
	return event
}

func casesOf(cases []catalog.Case) (all []entryfile.Case) {
	for _, c := range cases {
		written := entryfile.Case{Severity: c.Severity.String(), Reason: c.Reason}
		for _, condition := range c.If {
			written.If = append(written.If, conditionOf(condition))
		}
		all = append(all, written)
	}
	return all
}

func conditionOf(c catalog.Condition) entryfile.Condition {
	written := entryfile.Condition{Parameter: c.Parameter}
	values := make([]any, len(c.Values))
	for i, v := range c.Values {
		values[i] = v
	}
	switch c.Operator {
	case catalog.Is:
		written.Is = values
	case catalog.IsNot:
		written.IsNot = values
	case catalog.Contains:
		written.Contains = values
	case catalog.StartsWith:
		written.StartsWith = values
	case catalog.EndsWith:
		written.EndsWith = values
	}
	return written
}

func remediationOf(r catalog.Remediation) entryfile.Remediation {
	return entryfile.Remediation{
		Summary: r.Summary, Cause: r.Cause, Steps: r.Steps, Verify: r.Verify, VerifyEvents: r.VerifyEvents, Reference: r.Reference,
	}
}

// branchOf is a built-in branch as it would be written: without what it has of
// its entry, so that it follows when the entry is changed.
func branchOf(e *catalog.Entry, b *catalog.Branch) entryfile.Branch {
	own := func(text, entry string) string {
		if text == entry {
			return ""
		}
		return text
	}
	r, entry := b.Remediation, e.Remediation
	written := entryfile.Branch{
		Name: b.Name, Codes: b.Codes, Severity: b.Severity.String(), SeverityReason: b.SeverityReason,
		Summary: own(r.Summary, entry.Summary), Cause: own(r.Cause, entry.Cause), Verify: own(r.Verify, entry.Verify),
		Reference: own(r.Reference, entry.Reference),
	}
	if !slices.Equal(r.Steps, entry.Steps) {
		written.Steps = r.Steps
	}
	if !slices.Equal(r.VerifyEvents, entry.VerifyEvents) {
		written.VerifyEvents = r.VerifyEvents
	}
	return written
}

// complete fills in what users may leave out. file is the file's name.
func (e *event) complete(merged *entryfile.Event, provider, file string) {
	if merged.SymbolicName == "" && !merged.OnlyNames() {
		merged.SymbolicName = derivedName(provider, merged.ID)
	}
	if e.wrote("message") { // which may stand on several lines
		merged.Message = strings.ReplaceAll(strings.ReplaceAll(merged.Message, "\n", "%n"), "\t", "%t")
	}
	if e.wrote("severity") && !e.wrote("severity_reason") && merged.Severity != "" {
		merged.SeverityReason = "Set in " + file + "."
	}
	if e.wrote("remediation.reference") && !e.wrote("remediation.by_error") {
		// Whoever names a page of their own wants it for every error code.
		for i := range merged.Remediation.ByError {
			merged.Remediation.ByError[i].Reference = ""
		}
	}
	if e.wrote("symbolic_name") && !e.wrote("symbolic_name_origin") {
		merged.SymbolicNameOrigin, merged.SymbolicNameSource = "", ""
	}
	if merged.SymbolicNameOrigin == "" {
		merged.SymbolicNameOrigin = "derived"
	}
}

// entries returns the provider's entries, complete.
func (p *provider) entries(file string) []catalog.Entry {
	all := make([]catalog.Entry, len(p.Events))
	for i := range p.Events {
		all[i] = p.written[i].entry(p.Provider, &p.Events[i], file)
	}
	return all
}

// entry makes the catalog's entry of what the file and the built-in catalog say.
func (e *event) entry(provider string, merged *entryfile.Event, file string) catalog.Entry {
	severity, _ := catalog.ParseSeverity(merged.Severity)
	entry := catalog.Entry{
		Provider: provider, ID: merged.ID, Channel: e.channel,
		SymbolicName: merged.SymbolicName, Published: merged.SymbolicNameOrigin == "published",
		SymbolicNameSource: e.source(merged.SymbolicNameSource),
		Title:              merged.Title, Message: merged.Message, ErrorParameters: merged.ErrorParameter,
		Values: values(merged.Values), Severity: severity, SeverityReason: merged.SeverityReason,
		Cases: cases(merged.SeverityWhen), Attack: merged.Attack,
		ECS:         catalog.ECS{Category: merged.ECS.Category, Type: merged.ECS.Type, Action: merged.ECS.Action, Outcome: merged.ECS.Outcome},
		Remediation: remediation(merged.Remediation),
		Sources:     e.sourceTexts(merged, file),
	}
	for _, l := range merged.Parameters {
		entry.Parameters = append(entry.Parameters, catalog.ParameterList(l))
	}
	for _, b := range merged.Remediation.ByError {
		severity, _ := catalog.ParseSeverity(b.Severity)
		entry.ByError = append(entry.ByError, catalog.Branch{
			Name: b.Name, Codes: b.Codes, Severity: severity, SeverityReason: b.SeverityReason,
			Remediation: remediation(b.Inherit(merged.Remediation)),
		})
	}
	for _, row := range merged.ECS.Fields {
		form, _ := catalog.ParseForm(row.As)
		entry.ECS.Fields = append(entry.ECS.Fields, catalog.ECSField{Field: row.To, Parameter: row.From, Form: form})
	}
	if base := e.base; base != nil {
		entry.Audit = base.Audit
		if !e.wrote("message") {
			entry.Message = base.Message
		}
		if !e.wrote("parameters") {
			entry.Parameters = base.Parameters
		}
		if entry.Channel == "" {
			entry.Channel = base.Channel
		}
		// The first value of a field stays: the user's rows win, the others are still of use.
		entry.ECS.Fields = append(entry.ECS.Fields, base.ECS.Fields...)
	}
	return entry
}

func values(all map[string]string) (maps []catalog.ValueMap) {
	for parameter, name := range all {
		maps = append(maps, catalog.ValueMap{Parameter: parameter, Map: name})
	}
	slices.SortFunc(maps, func(a, b catalog.ValueMap) int { return strings.Compare(a.Parameter, b.Parameter) })
	return maps
}

var operators = map[string]catalog.Operator{
	"is": catalog.Is, "is_not": catalog.IsNot, "contains": catalog.Contains, "starts_with": catalog.StartsWith, "ends_with": catalog.EndsWith,
}

func cases(written []entryfile.Case) (all []catalog.Case) {
	for _, w := range written {
		severity, _ := catalog.ParseSeverity(w.Severity)
		c := catalog.Case{Severity: severity, Reason: w.Reason}
		for i := range w.If {
			operator, values := w.If[i].Test()
			condition := catalog.Condition{Parameter: w.If[i].Parameter, Operator: operators[operator]}
			for _, v := range values {
				condition.Values = append(condition.Values, strings.ToLower(fmt.Sprint(v)))
			}
			c.If = append(c.If, condition)
		}
		all = append(all, c)
	}
	return all
}

func remediation(r entryfile.Remediation) catalog.Remediation {
	return catalog.Remediation{
		Summary: r.Summary, Cause: r.Cause, Steps: r.Steps, Verify: r.Verify, VerifyEvents: r.VerifyEvents, Reference: r.Reference,
	}
}

// source is the text behind a key of the document's sources, or the key itself.
func (e *event) source(key string) string {
	if text := e.sources[key]; text != "" {
		return text
	}
	return key
}

// sourceTexts says where the entry is from: what it names, else the file, beside the built-in entry's.
func (e *event) sourceTexts(merged *entryfile.Event, file string) []string {
	var texts []string
	if e.base != nil {
		texts = append(texts, e.base.Sources...)
	}
	for _, key := range merged.Sources {
		texts = append(texts, e.source(key))
	}
	if len(merged.Sources) == 0 {
		texts = append(texts, file)
	}
	return texts
}

// derivedName is the name of an event that the user gave none.
func derivedName(provider string, id uint32) string {
	words := strings.FieldsFunc(strings.ToLower(provider), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return fmt.Sprintf("%s_%d", strings.Join(append([]string{"event"}, words...), "_"), id)
}
