package record

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/tidwall/gjson"
)

// ReadJSON appends the one JSON value in b as a new tree and returns its
// root's index. Texts are views into b, or into the Record's scratch space
// where they held an escape. Duplicate member names are kept.
//
// Possible errors: ErrJSON, ErrTooDeep, ErrTooMany, ErrTrailing. After an
// error the tree is as it was before.
func (r *Record) ReadJSON(b []byte) (root int, err error) {
	root = len(r.nodes)
	p := jsonReader{r: r, b: b}
	if err = p.value(nil, 0); err == nil {
		p.skipSpace()
		if p.i < len(b) {
			err = ErrTrailing
		}
	}
	// The walk above finds the structure and bounds the depth; gjson, which
	// recurses without a bound, then decides whether it is JSON to the letter.
	if err == nil && !gjson.ValidBytes(b) {
		err = ErrJSON
	}
	if err != nil {
		r.nodes = r.nodes[:root]
		return 0, err
	}
	return root, nil
}

// jsonReader walks JSON text. It is lenient where gjson is strict, and safe on
// any bytes.
type jsonReader struct {
	r *Record
	b []byte
	i int
}

func (p *jsonReader) skipSpace() {
	for p.i < len(p.b) {
		switch p.b[p.i] {
		case ' ', '\t', '\r', '\n':
			p.i++
		default:
			return
		}
	}
}

func (p *jsonReader) peek() byte {
	p.skipSpace()
	if p.i < len(p.b) {
		return p.b[p.i]
	}
	return 0
}

func (p *jsonReader) value(key []byte, depth int) error {
	switch c := p.peek(); {
	case c == '{':
		return p.members(Map, '}', key, depth)
	case c == '[':
		return p.members(Array, ']', key, depth)
	case c == '"':
		s, err := p.str()
		if err != nil {
			return err
		}
		return p.r.leaf(key, String, 0, s)
	case c == '-' || c-'0' <= 9:
		n := numberNode(p.word())
		return p.r.leaf(key, n.Kind, n.Num, n.Text)
	}
	switch string(p.word()) {
	case "null":
		return p.r.leaf(key, Nil, 0, nil)
	case "true":
		return p.r.leaf(key, Bool, 1, nil)
	case "false":
		return p.r.leaf(key, Bool, 0, nil)
	}
	return ErrJSON
}

// members reads an object or an array from its opening bracket to its closing one.
func (p *jsonReader) members(kind Kind, closing byte, key []byte, depth int) error {
	if depth >= MaxDepth {
		return ErrTooDeep
	}
	at := len(p.r.nodes)
	err := p.r.leaf(key, kind, 0, nil)
	if err != nil {
		return err
	}
	p.i++
	count := int32(0)
	for p.peek() != closing {
		if count > 0 {
			if p.peek() != ',' {
				return ErrJSON
			}
			p.i++
		}
		var k []byte
		if kind == Map {
			if k, err = p.key(); err != nil {
				return err
			}
		}
		if err = p.value(k, depth+1); err != nil {
			return err
		}
		count++
	}
	p.i++
	p.r.nodes[at].Len = count
	p.r.nodes[at].End = int32(len(p.r.nodes))
	return nil
}

func (p *jsonReader) key() ([]byte, error) {
	if p.peek() != '"' {
		return nil, ErrJSON
	}
	k, err := p.str()
	if err != nil {
		return nil, err
	}
	if p.peek() != ':' {
		return nil, ErrJSON
	}
	p.i++
	return k, nil
}

// word takes the bytes up to the next delimiter.
func (p *jsonReader) word() []byte {
	start := p.i
	for p.i < len(p.b) {
		switch p.b[p.i] {
		case ',', ']', '}', ':', '"', '[', '{', ' ', '\t', '\r', '\n':
			return p.b[start:p.i]
		}
		p.i++
	}
	return p.b[start:]
}

// str reads a string from its opening quote; the result is never nil.
func (p *jsonReader) str() ([]byte, error) {
	p.i++
	start, escaped := p.i, false
	for p.i < len(p.b) {
		switch p.b[p.i] {
		case '"':
			s := p.b[start:p.i:p.i]
			p.i++
			if escaped {
				return p.unescape(s), nil
			}
			return s, nil
		case '\\':
			escaped = true
			p.i++
		}
		p.i++
	}
	return nil, ErrJSON
}

// unescape resolves the escapes of s. The result is never longer than s. An
// escape that JSON does not have is kept as it is: gjson refuses the text later.
func (p *jsonReader) unescape(s []byte) []byte {
	out := p.r.Scratch(len(s))[:0]
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c != '\\' || i+1 >= len(s) {
			out = append(out, c)
			continue
		}
		i++
		switch s[i] {
		case 'n':
			out = append(out, '\n')
		case 't':
			out = append(out, '\t')
		case 'r':
			out = append(out, '\r')
		case 'b':
			out = append(out, '\b')
		case 'f':
			out = append(out, '\f')
		case 'u':
			var used int
			out, used = appendUnicode(out, s[i+1:])
			i += used
		default:
			out = append(out, s[i])
		}
	}
	return out
}

// appendUnicode appends the character of the four hexadecimal digits at the
// start of s, joined with a low surrogate's escape behind it. A lone surrogate
// becomes U+FFFD.
func appendUnicode(out, s []byte) (_ []byte, used int) {
	c, ok := hex4(s)
	if !ok {
		return out, 0
	}
	used = 4
	if utf16.IsSurrogate(c) {
		if len(s) >= 10 && s[4] == '\\' && s[5] == 'u' {
			if low, ok := hex4(s[6:]); ok {
				if joined := utf16.DecodeRune(c, low); joined != utf8.RuneError {
					return utf8.AppendRune(out, joined), 10
				}
			}
		}
		c = utf8.RuneError
	}
	return utf8.AppendRune(out, c), used
}

func hex4(s []byte) (rune, bool) {
	if len(s) < 4 {
		return 0, false
	}
	v, ok := ParseHex(s[:4])
	return rune(v), ok
}
