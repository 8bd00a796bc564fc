package dialect

import (
	"bytes"
	"errors"
	"unicode/utf8"

	"winevent/enrich/record"
)

// ErrXML is the answer for XML that is not well-formed as far as it was read.
var ErrXML = errors.New("not well-formed event XML")

// xmlScanner splits the XML that Windows writes into tags and texts. It knows
// elements, attributes, character references, the five named entities, CDATA,
// comments and processing instructions; it refuses document types, so nothing
// can expand. It does not check that tags pair up: depth counts them.
type xmlScanner struct {
	rec *record.Record
	b   []byte
	i   int
	// depth is the number of open elements.
	depth int
}

type xmlKind uint8

const (
	xmlEnd   xmlKind = iota // the input ended
	xmlOpen                 // <name attrs>
	xmlEmpty                // <name attrs/>
	xmlClose                // </name>
	xmlText                 // character data
)

type xmlToken struct {
	name  []byte
	attrs []byte
	// text is the resolved character data; it may be one of several pieces.
	text []byte
	// start and end are where the token stands in the input.
	start, end int
	kind       xmlKind
}

func (s *xmlScanner) next() (xmlToken, error) {
	for s.i < len(s.b) {
		start := s.i
		if s.b[s.i] != '<' {
			return s.chars(), nil
		}
		rest := s.b[s.i:]
		switch {
		case bytes.HasPrefix(rest, []byte("</")):
			return s.closeTag()
		case bytes.HasPrefix(rest, []byte("<![CDATA[")):
			text, err := s.until(9, "]]>")
			return xmlToken{kind: xmlText, text: text, start: start, end: s.i}, err
		case bytes.HasPrefix(rest, []byte("<!--")):
			if _, err := s.until(4, "-->"); err != nil {
				return xmlToken{}, err
			}
		case bytes.HasPrefix(rest, []byte("<?")):
			if _, err := s.until(2, "?>"); err != nil {
				return xmlToken{}, err
			}
		case bytes.HasPrefix(rest, []byte("<!")):
			return xmlToken{}, ErrXML
		default:
			return s.openTag()
		}
	}
	return xmlToken{kind: xmlEnd, start: s.i, end: s.i}, nil
}

// until skips an opening of n bytes and returns what stands before closing.
func (s *xmlScanner) until(n int, closing string) ([]byte, error) {
	from := s.i + n
	at := bytes.Index(s.b[from:], []byte(closing))
	if at < 0 {
		return nil, ErrXML
	}
	s.i = from + at + len(closing)
	return s.b[from : from+at : from+at], nil
}

func (s *xmlScanner) chars() xmlToken {
	start := s.i
	if at := bytes.IndexByte(s.b[s.i:], '<'); at >= 0 {
		s.i += at
	} else {
		s.i = len(s.b)
	}
	return xmlToken{kind: xmlText, text: s.resolve(s.b[start:s.i:s.i]), start: start, end: s.i}
}

func (s *xmlScanner) closeTag() (xmlToken, error) {
	start := s.i
	name, err := s.until(2, ">")
	if err != nil || s.depth == 0 {
		return xmlToken{}, ErrXML
	}
	s.depth--
	return xmlToken{kind: xmlClose, name: local(bytes.TrimRight(name, " \t\r\n")), start: start, end: s.i}, nil
}

func (s *xmlScanner) openTag() (xmlToken, error) {
	t := xmlToken{kind: xmlOpen, start: s.i}
	end := s.tagEnd(s.i + 1)
	if end < 0 {
		return xmlToken{}, ErrXML
	}
	inside := s.b[s.i+1 : end]
	s.i = end + 1
	t.end = s.i
	if n := len(inside); n > 0 && inside[n-1] == '/' {
		t.kind, inside = xmlEmpty, inside[:n-1]
	} else {
		s.depth++
	}
	nameEnd := bytes.IndexAny(inside, " \t\r\n")
	if nameEnd < 0 {
		nameEnd = len(inside)
	}
	t.name, t.attrs = local(inside[:nameEnd]), inside[nameEnd:]
	if len(t.name) == 0 {
		return xmlToken{}, ErrXML
	}
	return t, nil
}

// tagEnd finds the > that closes a tag, which a quoted value may contain too.
func (s *xmlScanner) tagEnd(i int) int {
	for i < len(s.b) {
		switch c := s.b[i]; c {
		case '>':
			return i
		case '<':
			return -1
		case '"', '\'':
			at := bytes.IndexByte(s.b[i+1:], c)
			if at < 0 {
				return -1
			}
			i += at + 1
		}
		i++
	}
	return -1
}

// local cuts a namespace prefix off.
func local(name []byte) []byte {
	if i := bytes.IndexByte(name, ':'); i >= 0 {
		return name[i+1:]
	}
	return name
}

// attr returns the resolved value of an attribute, or nil when the tag has none of that name.
func (s *xmlScanner) attr(attrs []byte, name string) []byte {
	for {
		key, value, rest, ok := nextAttr(attrs)
		if !ok {
			return nil
		}
		if string(key) == name {
			return s.resolve(value)
		}
		attrs = rest
	}
}

// nextAttr splits the first name="value" off attrs.
func nextAttr(attrs []byte) (key, value, rest []byte, ok bool) {
	attrs = bytes.TrimLeft(attrs, " \t\r\n")
	eq := bytes.IndexByte(attrs, '=')
	if eq < 0 {
		return nil, nil, nil, false
	}
	key = bytes.TrimRight(attrs[:eq], " \t\r\n")
	attrs = bytes.TrimLeft(attrs[eq+1:], " \t\r\n")
	if len(attrs) == 0 || attrs[0] != '"' && attrs[0] != '\'' {
		return nil, nil, nil, false
	}
	end := bytes.IndexByte(attrs[1:], attrs[0])
	if end < 0 {
		return nil, nil, nil, false
	}
	return key, attrs[1 : 1+end], attrs[end+2:], true
}

// resolve replaces character references and entities. Text without any is
// returned as it stands, as a view; an entity that XML does not define stays as it is.
func (s *xmlScanner) resolve(b []byte) []byte {
	amp := bytes.IndexByte(b, '&')
	if amp < 0 {
		if b == nil {
			return []byte{}
		}
		return b
	}
	// A reference is never shorter than the character it stands for: &#9; is four bytes for one.
	out := s.rec.Scratch(len(b))[:0]
	for amp >= 0 {
		out = append(out, b[:amp]...)
		b = b[amp:]
		r, n := reference(b)
		if n == 0 {
			out, b = append(out, '&'), b[1:]
		} else {
			out, b = utf8.AppendRune(out, r), b[n:]
		}
		amp = bytes.IndexByte(b, '&')
	}
	return append(out, b...)
}

// reference decodes the reference at the start of b; n is 0 when there is none.
func reference(b []byte) (r rune, n int) {
	end := bytes.IndexByte(b[:min(len(b), 12)], ';')
	if end < 0 {
		return 0, 0
	}
	switch name := b[1:end]; string(name) {
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "amp":
		return '&', end + 1
	case "quot":
		return '"', end + 1
	case "apos":
		return '\'', end + 1
	default:
		if len(name) < 2 || name[0] != '#' {
			return 0, 0
		}
		return charReference(name[1:], end+1)
	}
}

func charReference(digits []byte, n int) (rune, int) {
	var v uint64
	var ok bool
	if digits[0] == 'x' || digits[0] == 'X' {
		v, ok = record.ParseHex(digits[1:])
	} else if !bytes.ContainsAny(digits, "-xX") { // which ParseUint would take
		v, ok = record.ParseUint(digits)
	}
	if !ok || v > utf8.MaxRune {
		return 0, 0
	}
	return rune(v), n
}
