package dialect

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"winevent/enrich/record"
)

// tokens is an XML text as a list of lines, one for each tag and each run of text.
type tokens struct {
	lines []string
	text  strings.Builder
}

func (l *tokens) flush() {
	if l.text.Len() > 0 {
		// encoding/xml turns the line ends of XML files into \n; the scanner
		// keeps Windows' own, which belong to the message.
		l.lines = append(l.lines, fmt.Sprintf("text %q", oneLineEnd(l.text.String())))
		l.text.Reset()
	}
}

func oneLineEnd(s string) string {
	return strings.ReplaceAll(strings.ReplaceAll(s, "\r\n", "\n"), "\r", "\n")
}

func (l *tokens) add(format string, values ...any) {
	l.flush()
	l.lines = append(l.lines, fmt.Sprintf(format, values...))
}

// ours lists the tokens of the scanner.
func ours(text []byte) ([]string, error) {
	s := xmlScanner{rec: new(record.Record), b: text}
	var l tokens
	for {
		t, err := s.next()
		if err != nil {
			return nil, err
		}
		switch t.kind {
		case xmlEnd:
			l.flush()
			if s.depth != 0 {
				return nil, ErrXML
			}
			return l.lines, nil
		case xmlText:
			l.text.Write(t.text)
		case xmlClose:
			l.add("close %s", t.name)
		default:
			l.add("open %s", t.name)
			for attrs := t.attrs; ; {
				key, value, rest, ok := nextAttr(attrs)
				if !ok {
					break
				}
				l.add("attribute %s %q", local(key), oneLineEnd(string(s.resolve(value))))
				attrs = rest
			}
			if t.kind == xmlEmpty {
				l.add("close %s", t.name)
			}
		}
	}
}

var errDirective = errors.New("a document type")

// theirs lists the tokens of encoding/xml.
func theirs(text []byte) ([]string, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	var l tokens
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			l.flush()
			return l.lines, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.CharData:
			l.text.Write(t)
		case xml.EndElement:
			l.add("close %s", t.Name.Local)
		case xml.StartElement:
			l.add("open %s", t.Name.Local)
			for _, a := range t.Attr {
				l.add("attribute %s %q", a.Name.Local, oneLineEnd(a.Value))
			}
		case xml.Directive:
			return nil, errDirective
		}
	}
}

// unlikeEncodingXML matches what encoding/xml accepts and Windows does not
// write: names of which a colon cuts off all or nothing, and references with
// so many zeros that they are longer than any that is needed.
var unlikeEncodingXML = regexp.MustCompile(`(^|[</ \t\r\n]):|:($|[/>= \t\r\n])|&#x?0`)

// checkTokens holds the scanner against encoding/xml: what that accepts, the
// scanner must read in the same way. The reverse is not so: the scanner lets
// things pass that are no concern of someone who wants to read an event.
func checkTokens(t *testing.T, text []byte) {
	t.Helper()
	got, err := ours(text)
	want, wantErr := theirs(text)
	if unlikeEncodingXML.Match(text) {
		return
	}
	switch {
	case errors.Is(wantErr, errDirective):
		if err == nil {
			t.Fatalf("%q: a document type is not refused", text)
		}
	case wantErr != nil:
	case err != nil:
		t.Fatalf("%q is refused (%v); encoding/xml reads it", text, err)
	case strings.Join(got, "\n") != strings.Join(want, "\n"):
		t.Fatalf("%q is read as\n%s\nencoding/xml reads\n%s", text, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

var xmlTexts = []string{
	"", " ", "text", "<a/>", "<a></a>", "<a />", "<a\n/>", "<a ></a >", "<a></a\r\n>", "<a b='1'/>", `<a b="1" c='2'/>`, `<a b="1"c='2'/>`, "<a b = '1'\t=/>", "<a\tb\n=\r\n'1'\n/>",
	`<a b="'" c='"'/>`, `<a b=">" c='/>'/>`, `<a b='/'/>`, `<a b=''/>`, "<a b='\r\n\t x'/>", `<a b="&lt;&gt;&amp;&quot;&apos;&#65;&#x42;&#X43;"/>`,
	"<a>x<b>y</b>z</a>", "<a>x<!-- <b> -->y</a>", "<a>x<?pi <b> ?>y</a>", "<a><![CDATA[<b>&amp;]]></a>", "<a>x<![CDATA[]]>y</a>", "<a><![CDATA[]]]]><![CDATA[>]]></a>", "<a><![CDATA[a]b]]c]></a>",
	"<a>&lt;b&gt;</a>", "<a>&amp;lt;</a>", "<a>&#13;&#10;&#9;</a>", "<a>&#x1F600;&#128512;&#xe9;</a>", "<a>\r\n1\r2\n3</a>", "<a>é€😀</a>", "<a>'\"></a>",
	"<p:a xmlns:p='u' p:b='1'/>", "<a xmlns='u' xml:lang='en'/>", "<p:a xmlns:p='u'><p:b></p:b></p:a>",
	"\ufeff<a/>", "<?xml version='1.0' encoding='utf-8'?>\r\n<a/>", "<!-- --><a/><!-- -->", "<a/><b/>", "<a.b-c_d/>", "<é/>", "<a1/>",
	"<a", "<a>", "</a>", "<a></b>", "<a></a></a>", "<", "<>", "</>", "< a/>", "<a b/>", "<a b=1/>", "<a b='1/>", "<a b='<'/>", "<a =''/>", "<a b='1' b='2'/>", "<a/ >", "<a></ a>", "<1/>",
	"<!", "<!-", "<!--", "<!-- -", "<!-->", "<!--->", "<!---->", "<!-- -- -->", "<![CDATA[", "<![CDATA[ ]]", "<![cdata[]]>", "<?", "<??>", "<?a", "<?a?>", "<a>]]></a>",
	"<!DOCTYPE a><a/>", "<!ELEMENT a ANY>", "<a><!DOCTYPE a></a>", "<!doctype a [<!ENTITY b 'c'>]><a>&b;</a>",
	"<a>&</a>", "<a>&amp</a>", "<a>&;</a>", "<a>&#;</a>", "<a>&#x;</a>", "<a>&#xg;</a>", "<a>&#0;</a>", "<a>&#-1;</a>", "<a>&#x110000;</a>", "<a>&#xD800;</a>", "<a>&#0x41;</a>", "<a>&nbsp;</a>", "<a>&lt</a>", "<a>&LT;</a>", "<a>& lt;</a>",
	"<a>\x00</a>", "<a>\xff</a>", "<a b='\xff'/>", "<\xff/>", "<a:b:c/>",
}

func TestScannerAgreesWithEncodingXML(t *testing.T) {
	for _, text := range xmlTexts {
		checkTokens(t, []byte(text))
		checkTokens(t, []byte("<r>"+text+"</r>"))
		checkTokens(t, []byte("<r a='1'>x"+text+"y</r>"))
	}
}

// randomXML writes well-formed XML with all that the scanner knows.
func randomXML(b *strings.Builder, rnd *rand.Rand, depth int) {
	pick := func(list ...string) string { return list[rnd.IntN(len(list))] }
	name := pick("a", "Data", "x:Data", "Event", "long-name.1", "é")
	b.WriteString("<" + name)
	for i := range rnd.IntN(4) {
		quote := pick("'", `"`)
		fmt.Fprintf(b, "%s%s%d%s=%s%s", pick(" ", "\n", "\t ", "\r\n"), pick("n", "x:n", "Name"), i, pick("", " "), pick("", "\n"), quote)
		for range rnd.IntN(4) {
			b.WriteString(pick("v", " ", ">", "/>", "&lt;", "&quot;", "&apos;", "&#x41;", "&#10;", "=", "\r\n", "é", pick("'", `"`)+"", "]]>"))
			if s := b.String(); strings.HasSuffix(s, quote) { // the value's own quote cannot stand in it
				b.Reset()
				b.WriteString(strings.TrimSuffix(s, quote))
			}
		}
		b.WriteString(quote)
	}
	b.WriteString(pick("", " ", "\r\n"))
	if rnd.IntN(4) == 0 || depth > 6 {
		b.WriteString("/>")
		return
	}
	b.WriteString(">")
	for range rnd.IntN(5) {
		switch rnd.IntN(6) {
		case 0:
			b.WriteString(pick("<!-- <a> -->", "<?pi <a?>", "<![CDATA[<a>&amp;]]>", "<![CDATA[]]>"))
		case 1, 2:
			b.WriteString(pick("text", "&amp;", "&#65;", "\r\n", "é€😀", "'\">", "&lt;a&gt;", " "))
		default:
			randomXML(b, rnd, depth+1)
		}
	}
	b.WriteString("</" + name + pick("", " ", "\n") + ">")
}

func TestScannerAgreesOnRandomXML(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		var b strings.Builder
		randomXML(&b, rnd, 0)
		text := []byte(b.String())
		if _, err := theirs(text); err != nil {
			t.Fatalf("the test writes bad XML: %q: %v", text, err)
		}
		checkTokens(t, text)
		checkTokens(t, text[:rnd.IntN(len(text))])
	}
}

func TestResolve(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "plain": "plain", "&lt;&gt;&amp;&quot;&apos;": `<>&"'`, "a&amp;b&amp;c": "a&b&c", "&amp;lt;": "&lt;",
		"&#65;&#x42;&#X43;&#x1f600;": "ABC😀", "&#xD800;": "\ufffd", "&#x10FFFF;": "\U0010ffff",
		// What is no reference stays as it stands: text is never lost.
		"&": "&", "&&": "&&", "&;": "&;", "&#;": "&#;", "&#x;": "&#x;", "&#xg;": "&#xg;", "&#-1;": "&#-1;", "&#x-1;": "&#x-1;", "&#x110000;": "&#x110000;",
		"&#99999999999;": "&#99999999999;", "&nbsp;": "&nbsp;", "&lt": "&lt", "&LT;": "&LT;", "& lt;": "& lt;", "a & b; c": "a & b; c",
		"&#0x41;": "&#0x41;", "&#0X41;": "&#0X41;", "&#+65;": "&#+65;", "&# 65;": "&# 65;",
		"&lt;&": "<&", "&#65": "&#65", "tail&amp;": "tail&",
	} {
		s := xmlScanner{rec: new(record.Record)}
		if got := s.resolve([]byte(in)); string(got) != want || got == nil {
			t.Errorf("%q becomes %q, want %q", in, got, want)
		}
	}
}
