package jsontext_test

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode/utf8"

	"winevent/enrich/jsontext"
)

// checkString holds AppendString's answer for s against encoding/json.
func checkString(t *testing.T, s []byte) {
	t.Helper()
	out, valid := jsontext.AppendString([]byte("before"), s)
	text, found := strings.CutPrefix(string(out), "before")
	if !found {
		t.Fatalf("%q: what stood before is lost: %q", s, out)
	}
	if valid != utf8.Valid(s) {
		t.Fatalf("%q: valid is %v", s, valid)
	}
	if !json.Valid([]byte(text)) || !utf8.ValidString(text) {
		t.Fatalf("%q becomes %q, which is not JSON in UTF-8", s, text)
	}
	// Ranging over a string yields U+FFFD for each byte that is not part of a character.
	want := string([]rune(string(s)))
	var got string
	if err := json.Unmarshal([]byte(text), &got); err != nil || got != want {
		t.Fatalf("%q reads back as %q (%v), want %q", s, got, err, want)
	}
	if viaJSON, err := json.Marshal(string(s)); err == nil {
		if err := json.Unmarshal(viaJSON, &want); err != nil || got != want {
			t.Fatalf("%q reads back as %q; written by encoding/json as %q", s, got, want)
		}
	}
	if i := strings.IndexFunc(text, func(r rune) bool { return r < ' ' || r == 0x7f }); i >= 0 {
		t.Fatalf("%q becomes %q, with a control character", s, text)
	}
}

func TestAppendString(t *testing.T) {
	for in, want := range map[string]string{
		"":                           `""`,
		"plain":                      `"plain"`,
		`C:\Windows "x"`:             `"C:\\Windows \"x\""`,
		"a\r\n\tb":                   `"a\r\n\tb"`,
		"\x00\x01\x08\x0b\x0c\x1b":   `"\u0000\u0001\u0008\u000b\u000c\u001b"`,
		"\x7f":                       `"\u007f"`,
		"<&>/'":                      `"<&>/'"`, // no HTML escapes: the text is read by people
		"é€😀\u2028":                  "\"é€😀\u2028\"",
		"\ufffd":                     "\"\ufffd\"",
		"a\xffb":                     "\"a\ufffdb\"",
		"\xff\xfe":                   "\"\ufffd\ufffd\"",
		"\xe2\x82":                   "\"\ufffd\ufffd\"", // cut off
		"\xc0\xaf":                   "\"\ufffd\ufffd\"", // overlong
		"\xed\xa0\x80":               "\"\ufffd\ufffd\ufffd\"",
		"\xf4\x90\x80\x80":           "\"\ufffd\ufffd\ufffd\ufffd\"", // above U+10FFFF
		"\xff\"\xff":                 "\"\ufffd\\\"\ufffd\"",
		"\"\xff":                     "\"\\\"\ufffd\"",
		strings.Repeat("\x01", 3):    `"\u0001\u0001\u0001"`,
		"a" + strings.Repeat("é", 3): `"aééé"`,
	} {
		checkString(t, []byte(in))
		if got, _ := jsontext.AppendString(nil, []byte(in)); string(got) != want {
			t.Errorf("%q becomes %s, want %s", in, got, want)
		}
	}
}

// All pairs of bytes: every way in which a character may begin or break off.
func TestAppendStringAllPairs(t *testing.T) {
	for a := range 256 {
		for b := range 256 {
			checkString(t, []byte{byte(a), byte(b)})
		}
	}
}

// Long texts are looked at eight bytes at a time: each byte in each place of a
// word, alone and behind another byte that shows.
func TestAppendStringEveryByteInEveryPlace(t *testing.T) {
	for place := range 20 {
		for c := range 256 {
			s := []byte(strings.Repeat("a", 24))
			s[place] = byte(c)
			checkString(t, s)
			for _, before := range []byte{0, ' ', '!', '"', '#', '[', '\\', ']', 0x7e, 0x7f, 0x80, 0xff} {
				s[place+1], s[place] = byte(c), before
				checkString(t, s)
			}
		}
	}
}

func TestAppendStringRandom(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	pieces := []string{"a", "\\", "\"", "\x00", "\x7f", "\xff", "\xc3", "é", "\xe2\x82", "€", "\xf0\x9f\x98", "😀", "\xed\xa0\x80", "\ufffd", "\u2029", "\n"}
	for range 5000 {
		var s []byte
		for range rnd.IntN(12) {
			s = append(s, pieces[rnd.IntN(len(pieces))]...)
		}
		checkString(t, s)
	}
}

func TestAppendFloat(t *testing.T) {
	for _, f := range []float64{0, math.Copysign(0, -1), 1, -1.5, 0.1, 1e6, 1e21, 1e-7, math.MaxFloat64, math.SmallestNonzeroFloat64, 4294967296} {
		out := jsontext.AppendFloat(nil, f)
		var got float64
		if err := json.Unmarshal(out, &got); err != nil || got != f {
			t.Errorf("%v becomes %s, which reads back as %v (%v)", f, out, got, err)
		}
	}
	for _, f := range []float64{math.NaN(), math.Inf(1), math.Inf(-1)} {
		if out := jsontext.AppendFloat(nil, f); string(out) != "null" {
			t.Errorf("%v becomes %s", f, out)
		}
	}
}
