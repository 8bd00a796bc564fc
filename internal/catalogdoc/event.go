package catalogdoc

import (
	"fmt"
	"slices"
	"strings"

	"winevent/enrich/catalog"
)

// describedText is the section of an event.
func describedText(e *catalog.Entry) string {
	var b strings.Builder
	fmt.Fprintf(&b, "<a id=\"%d\"></a>\n\n## %d %s\n\n", e.ID, e.ID, Text(e.Title))
	origin := "derived"
	if e.Published {
		origin = "published: " + Text(e.SymbolicNameSource)
	}
	row(&b, "Symbolic name", Code(e.SymbolicName)+" ("+origin+")")
	row(&b, "Channel", Text(e.Channel))
	row(&b, "Severity", "**"+e.Severity.String()+"**: "+Text(e.SeverityReason))
	for i := range e.Cases {
		c := &e.Cases[i]
		row(&b, "Severity when", fmt.Sprintf("%s → **%s**: %s", Code(c.When()), c.Severity, Text(c.Reason)))
	}
	for _, a := range e.Audit {
		row(&b, "Audit policy", Text(a.Category+" / "+a.Subcategory)+" ("+Code(a.SwitchOn())+")")
	}
	for _, t := range e.Attack {
		row(&b, "ATT&CK", fmt.Sprintf("[%s](https://attack.mitre.org/techniques/%s)", t, strings.ReplaceAll(t, ".", "/")))
	}
	row(&b, "ECS", ecsText(&e.ECS))
	for _, l := range e.Parameters {
		row(&b, "Parameters"+versionText(e, l.Versions), codes(l.Names))
	}
	b.WriteByte('\n')
	if message := e.MessageText(); message != "" {
		b.WriteString(block(message))
	}
	remediationText(&b, "What to do", e.Provider, &e.Remediation)
	branches(&b, e)
	if len(e.Sources) > 0 {
		b.WriteString("Sources:\n\n")
		for _, s := range e.Sources {
			b.WriteString("- " + Text(s) + "\n")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// row writes a line of the list that a section begins with, if there is something to say.
func row(b *strings.Builder, label, text string) {
	if text != "" {
		fmt.Fprintf(b, "- %s: %s\n", special.Replace(label), text)
	}
}

func versionText(e *catalog.Entry, versions []uint8) string {
	if len(e.Parameters) < 2 {
		return ""
	}
	var texts []string
	for _, v := range versions {
		texts = append(texts, fmt.Sprint(v))
	}
	return " of version " + strings.Join(texts, ", ")
}

func ecsText(ecs *catalog.ECS) string {
	var parts []string
	for _, p := range []struct {
		name   string
		values []string
	}{{"category", ecs.Category}, {"type", ecs.Type}, {"action", []string{ecs.Action}}, {"outcome", []string{ecs.Outcome}}} {
		if text := codes(slices.DeleteFunc(slices.Clone(p.values), func(v string) bool { return v == "" })); text != "" {
			parts = append(parts, p.name+" "+text)
		}
	}
	for _, f := range ecs.Fields {
		parts = append(parts, Code(f.Field)+" from "+Code(f.Parameter))
	}
	return strings.Join(parts, "; ")
}

// remediationText writes what to do, without what there is not.
func remediationText(b *strings.Builder, label, provider string, r *catalog.Remediation) {
	if r.Summary != "" {
		fmt.Fprintf(b, "**%s**: %s\n\n", label, Text(r.Summary))
	}
	if r.Cause != "" {
		b.WriteString("Cause: " + Text(r.Cause) + "\n\n")
	}
	for i, step := range r.Steps {
		fmt.Fprintf(b, "%d. %s\n", i+1, Text(step))
	}
	if len(r.Steps) > 0 {
		b.WriteByte('\n')
	}
	if r.Verify != "" {
		b.WriteString("Verify: " + Text(r.Verify) + "\n\n")
	}
	if len(r.VerifyEvents) > 0 {
		var texts []string
		for _, id := range r.VerifyEvents {
			texts = append(texts, confirming(provider, id))
		}
		b.WriteString("Confirmed by: " + strings.Join(texts, ", ") + "\n\n")
	}
	if r.Reference != "" {
		b.WriteString("Reference: " + Text(r.Reference) + "\n\n")
	}
}

// confirming is an event id with its title, where the catalog has one.
func confirming(provider string, id uint32) string {
	if e := catalog.Lookup([]byte(provider), id); e != nil {
		return fmt.Sprintf("%d (%s)", id, Text(e.Title))
	}
	return fmt.Sprint(id)
}

// branches writes for each group of error codes what differs from the entry.
func branches(b *strings.Builder, e *catalog.Entry) {
	for i := range e.ByError {
		branch := &e.ByError[i]
		var symbols []string
		for _, code := range branch.Codes {
			decoded := catalog.DecodeError(code)
			symbols = append(symbols, strings.TrimSpace(string(decoded.AppendText(nil))+" "+decoded.Symbol))
		}
		fmt.Fprintf(b, "### %s: %s\n\n", Text(branch.Name), codes(symbols))
		if branch.Severity != catalog.NoSeverity {
			fmt.Fprintf(b, "Severity: **%s**: %s\n\n", branch.Severity, Text(branch.SeverityReason))
		}
		own := differing(&branch.Remediation, &e.Remediation)
		remediationText(b, "What to do", e.Provider, &own)
	}
}

// differing is what a branch says that its entry does not.
func differing(branch, entry *catalog.Remediation) catalog.Remediation {
	own := *branch
	for _, p := range []struct{ text, entry *string }{
		{&own.Summary, &entry.Summary}, {&own.Cause, &entry.Cause}, {&own.Verify, &entry.Verify}, {&own.Reference, &entry.Reference},
	} {
		if *p.text == *p.entry {
			*p.text = ""
		}
	}
	if slices.Equal(own.Steps, entry.Steps) {
		own.Steps = nil
	}
	if slices.Equal(own.VerifyEvents, entry.VerifyEvents) {
		own.VerifyEvents = nil
	}
	return own
}
