package enrich

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"winevent/enrich/record"
)

// Template is text with placeholders for fields of the document, such as
// winevent.{{severity}}. It is safe for concurrent use.
type Template struct {
	source, missing string
	parts           []part
	rest            string // what stands behind the last placeholder
}

// part is a placeholder and the text before it.
type part struct {
	text  string
	field fieldID
}

// shortNames may stand in placeholders for the paths of fields that are often wanted.
var shortNames = [...]struct {
	name  string
	field fieldID
}{
	{"severity", fSeverity},
	{"code", fEventCode},
	{"channel", fChannel},
	{"provider", fEventProvider},
	{"host", fHostName},
	{"dataset", fEventDataset},
	{"namespace", fDataStreamNamespace},
	{"symbolic_name", fSymbolicName},
	{"level", fLogLevel},
	{"action", fEventAction},
}

// ParseTemplate reads a template. A placeholder is {{path}}, blanks inside
// allowed: the path of a field that has one value and is no free text, or a
// short name for one. missing is written for a field that a document does not
// have. A single brace is text; two are always taken for a placeholder's. An
// error says what to write instead.
func ParseTemplate(text, missing string) (*Template, error) {
	t := &Template{source: text, missing: missing, rest: text}
	for {
		before, after, found := strings.Cut(t.rest, "{{")
		if strings.Contains(before, "}}") {
			return nil, errors.New("has }} without {{ before it: write {{field}}, such as {{severity}}, or remove it")
		}
		if !found {
			return t, nil
		}
		name, behind, closed := strings.Cut(after, "}}")
		if !closed || strings.Contains(name, "{{") {
			return nil, errors.New("has {{ without }} behind it: write {{field}}, such as {{severity}}")
		}
		field, err := placeholder(strings.TrimSpace(name))
		if err != nil {
			return nil, err
		}
		t.parts = append(t.parts, part{before, field})
		t.rest = behind
	}
}

// String returns the template as it was written.
func (t *Template) String() string { return t.source }

// Literal returns the text of a template without placeholders; false for one that has any.
func (t *Template) Literal() (string, bool) { return t.rest, len(t.parts) == 0 }

// Fill returns the text with value in the place of every placeholder: to see
// beforehand what the template can become.
func (t *Template) Fill(value string) string {
	var b strings.Builder
	for _, p := range t.parts {
		b.WriteString(p.text + value)
	}
	return b.String() + t.rest
}

// Append appends the text with the values that the document has, which must
// have been enriched. Values are plain text, equal to what a reader of the
// document's JSON gets: always valid UTF-8, with the control characters that the
// event brought. A field that is there but empty gives nothing, not the text for
// missing ones.
func (t *Template) Append(dst []byte, d *Document) []byte {
	for i := range t.parts {
		p := &t.parts[i]
		dst = append(dst, p.text...)
		if d.set.has(p.field) {
			dst = d.appendText(dst, p.field)
		} else {
			dst = append(dst, t.missing...)
		}
	}
	return append(dst, t.rest...)
}

// appendText appends the value of a field that the document has, as text. It
// may be called before and after AppendJSON: all that it notes in the document
// (that text was repaired, where it stands) AppendJSON notes anew.
func (d *Document) appendText(dst []byte, id fieldID) []byte {
	v := d.set.value(id)
	if v.kind == kindSame { // it is copied from the JSON, which need not exist yet
		id = fieldID(v.number)
		v = d.set.value(id)
	}
	switch {
	case v.kind == kindText && utf8.Valid(v.text):
		return append(dst, v.text...)
	case v.kind == kindPlain:
		return append(dst, v.static...)
	case v.kind == kindDigits:
		return strconv.AppendUint(dst, v.number, 10)
	case v.kind == kindJSON && v.static[0] == '"' && strings.IndexByte(v.static, '\\') < 0:
		return append(dst, v.static[1:len(v.static)-1]...)
	case v.kind == kindBuilt:
		d.names.Reset() // event.original takes names, and those of the last record are gone
	}
	// All others are written as in the document, so that both are always the same.
	start := len(dst)
	return unquote(d.appendValue(dst, id), start)
}

// unquote turns the JSON string that begins at start into plain text, in place:
// it cannot become longer. A number stays as it is.
func unquote(dst []byte, start int) []byte {
	if dst[start] != '"' {
		return dst
	}
	out := dst[:start]
	for i := start + 1; i < len(dst)-1; i++ {
		c := dst[i]
		if c == '\\' {
			i++
			c = dst[i]
			switch c {
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			case 'u': // jsontext writes ASCII so, nothing else
				code, _ := record.ParseHex(dst[i+1 : i+5])
				c = byte(code)
				i += 4
			}
		}
		out = append(out, c)
	}
	return out
}

// placeholder finds the field that a placeholder names.
func placeholder(name string) (fieldID, error) {
	if name == "" {
		return 0, errors.New("has an empty {{}}: write a field into it, such as {{severity}}")
	}
	for _, s := range shortNames {
		if s.name == name {
			return s.field, nil
		}
	}
	for i := range fields {
		f := &fields[i]
		switch {
		case f.Path == name:
			return fieldID(i), refusal(f)
		case strings.HasPrefix(f.Path, name+".") && refusal(f) == nil:
			return 0, fmt.Errorf("{{%s}} is an object: write one of its fields, such as {{%s}}", name, f.Path)
		case strings.HasPrefix(name, f.Path+"."):
			return 0, fmt.Errorf("{{%s}} is inside %s, which templates cannot read: write a field with one value, such as {{severity}}", name, f.Path)
		}
	}
	return 0, fmt.Errorf("{{%s}} is no field; nearest: %s", name, nearestFields(name))
}

// refusal says why a template cannot take the field; nil when it can.
func refusal(f *Field) error {
	what := ""
	switch {
	case f.Array:
		what = "a list"
	case f.Type == Object || f.Type == Flattened:
		what = "an object"
	case f.Type == Text:
		what = "free text"
	default:
		return nil
	}
	return fmt.Errorf("{{%s}} is %s: write a field with one value, such as {{severity}}", f.Path, what)
}

// nearestFields lists the placeholders that look most like name.
func nearestFields(name string) string {
	var names []string
	for _, s := range shortNames {
		names = append(names, s.name)
	}
	for i := range fields {
		if refusal(&fields[i]) == nil {
			names = append(names, fields[i].Path)
		}
	}
	name = strings.ToLower(name)
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(likeness(b, name), likeness(a, name)) })
	return "{{" + strings.Join(names[:3], "}}, {{") + "}}"
}

// likeness counts the bytes that two names share at their starts and ends, less
// those that the longer one has more.
func likeness(a, b string) int {
	short, long := min(len(a), len(b)), max(len(a), len(b))
	start, end := 0, 0
	for start < short && a[start] == b[start] {
		start++
	}
	for end < short-start && a[len(a)-1-end] == b[len(b)-1-end] {
		end++
	}
	return 2*(start+end) - long
}
