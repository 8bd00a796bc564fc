package catalog

import (
	"strconv"
	"strings"
)

// When says in words when the case decides: all its conditions, joined by "and".
func (c *Case) When() string {
	texts := make([]string, len(c.If))
	for i := range c.If {
		texts[i] = c.If[i].String()
	}
	return strings.Join(texts, " and ")
}

// String says in words when the condition holds: LogonType is 3 or 10.
func (c *Condition) String() string {
	values := make([]string, len(c.Values))
	for i, v := range c.Values {
		if n, err := strconv.ParseUint(v, 10, 32); err == nil && n >= 1<<31 {
			v = "0x" + strconv.FormatUint(n, 16) // an NTSTATUS or HRESULT, which nobody knows in decimal
		}
		if v == "" || strings.ContainsAny(v, " ,") {
			v = strconv.Quote(v)
		}
		values[i] = v
	}
	return c.Parameter + " " + c.Operator.String() + " " + strings.Join(values, " or ")
}

// SwitchOn is the command that has Windows write the events of a subcategory.
func (a AuditPolicy) SwitchOn() string {
	return `auditpol /set /subcategory:"` + a.Subcategory + `" /success:enable /failure:enable`
}

// MessageText is the event's message with its parameters by name, <Policy>, and
// with line ends. Tabs, which Windows aligns with, become an indentation or a blank.
func (e *Entry) MessageText() string {
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
			b.WriteString(e.placeholder(t[:digits]))
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
func (e *Entry) placeholder(position string) string {
	n, _ := strconv.Atoi(position)
	for i := len(e.Parameters) - 1; i >= 0; i-- {
		if names := e.Parameters[i].Names; n >= 1 && n <= len(names) {
			return "<" + names[n-1] + ">"
		}
	}
	return "%" + position
}

// ParameterTexts lists the parameters; where there are several lists, each with its versions.
func (e *Entry) ParameterTexts() []string {
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

// None tells whether there is nothing to say what to do.
func (r *Remediation) None() bool {
	return r.Summary == "" && r.Cause == "" && len(r.Steps) == 0 && r.Verify == "" && r.Reference == ""
}
