package record_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tidwall/gjson"

	"winevent/enrich/record"
)

// validUTF8 is what encoding/json makes of text: each byte that is not part of
// a character becomes U+FFFD.
func validUTF8(b []byte) string { return string([]rune(string(b))) }

// jsonNode holds node i against the next value of d. encoding/json's tokens
// keep the order of members and members of equal names, as we do.
func jsonNode(t *testing.T, r *record.Record, i int, d *json.Decoder) {
	t.Helper()
	n := r.At(i)
	token, err := d.Token()
	if err != nil {
		t.Fatalf("encoding/json refuses what we read: %v", err)
	}
	ok := false
	switch v := token.(type) {
	case nil:
		ok = n.Kind == record.Nil
	case bool:
		ok = n.Kind == record.Bool && (n.Num != 0) == v
	case string:
		ok = n.Kind == record.String && validUTF8(n.Text) == v
	case json.Number:
		ok = sameNumber(n, v)
	case json.Delim:
		jsonMembers(t, r, i, d, v)
		return
	}
	if !ok || int(n.End) != i+1 {
		t.Fatalf("node %d is %+v (%q); encoding/json has %#v", i, *n, n.Text, token)
	}
}

func jsonMembers(t *testing.T, r *record.Record, i int, d *json.Decoder, open json.Delim) {
	t.Helper()
	n := r.At(i)
	if isMap := open == '{'; isMap != (n.Kind == record.Map) || isMap == (n.Kind == record.Array) {
		t.Fatalf("node %d has kind %d; encoding/json has %v", i, n.Kind, open)
	}
	next := i + 1
	for range n.Len {
		key := r.At(next).Key
		if n.Kind == record.Map {
			token, err := d.Token()
			if name, isText := token.(string); err != nil || !isText || key == nil || validUTF8(key) != name {
				t.Fatalf("key %q; encoding/json has %#v, %v", key, token, err)
			}
		} else if key != nil {
			t.Fatalf("an element of an array has the key %q", key)
		}
		jsonNode(t, r, next, d)
		next = int(r.At(next).End)
	}
	if next != int(n.End) {
		t.Fatalf("node %d ends at %d, its last member at %d", i, n.End, next)
	}
	if d.More() {
		t.Fatalf("node %d has %d members; encoding/json has more", i, n.Len)
	}
	if _, err := d.Token(); err != nil {
		t.Fatal(err)
	}
}

// sameNumber compares the value and that the spelling is kept: 1.50 is not 1.5 to who reads the log.
func sameNumber(n *record.Node, v json.Number) bool {
	if string(n.Text) != v.String() {
		return false
	}
	switch n.Kind {
	case record.Int:
		want, err := v.Int64()
		return err == nil && int64(n.Num) == want
	case record.Uint:
		got := fmt.Sprint(n.Num)
		return got == v.String()
	case record.Float:
		// Out of range: infinity from both.
		want, _ := v.Float64()
		return sameFloat(n.Float(), want)
	}
	return false
}

// checkJSON reads text and holds the answer against encoding/json and gjson.
func checkJSON(t *testing.T, text []byte) {
	t.Helper()
	var r record.Record
	root, err := r.ReadJSON(text)
	valid := json.Valid(text)
	switch {
	case err == nil:
		if !valid || !gjson.ValidBytes(text) {
			t.Fatalf("%q is read; it is no JSON", text)
		}
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		jsonNode(t, &r, root, d)
		if int(r.At(root).End) != r.Len() {
			t.Fatalf("%q: the root ends at %d of %d nodes", text, r.At(root).End, r.Len())
		}
	case errors.Is(err, record.ErrTooDeep), errors.Is(err, record.ErrTooMany):
		// Whether it is JSON is unknown then, and of no use.
	case errors.Is(err, record.ErrJSON), errors.Is(err, record.ErrTrailing):
		if valid {
			t.Fatalf("%q is refused (%v); it is JSON", text, err)
		}
	default:
		t.Fatalf("%q: unexpected error %v", text, err)
	}
	if err != nil && r.Len() != 0 {
		t.Fatalf("%q: %d nodes are left behind after %v", text, r.Len(), err)
	}
}

var jsonTexts = []string{
	``, ` `, `null`, `true`, `false`, ` true `, "\t\r\n1\t\r\n", "\v1", "1\u00a0", "\ufeff1", `nul`, `nulll`, `True`, `NaN`, `Infinity`, `-Infinity`, `undefined`,
	`0`, `-0`, `-`, `+1`, `01`, `-01`, `1.`, `.1`, `1.0`, `1.50`, `-1.5e-3`, `1e`, `1e+`, `1E5`, `1e400`, `-1e400`, `1e-400`, `0x10`, `1_000`, `--1`, `1-`, `1e5.5`, `1.2.3`, `0e0`, `00`, `0.0`,
	`9223372036854775807`, `9223372036854775808`, `-9223372036854775808`, `-9223372036854775809`,
	`18446744073709551615`, `18446744073709551616`, `123456789012345678901234567890`, `00000000000000000000001`,
	`""`, `"`, `"a`, `"a\`, `"a\"`, `"\"`, `"\\"`, `"\\\"`, `"\/"`, `"\b\f\n\r\t\"\\\/"`, `"\a"`, `"\'"`, `"\x41"`, `"\0"`, `'a'`,
	`"\u0041"`, `"\u004"`, `"\u004g"`, `"\u"`, `"\U0041"`, `"\u0000"`, `"\u00e9\u20AC"`,
	`"\ud83d\ude00"`, `"\ud83d"`, `"\ude00"`, `"\ude00\ud83d"`, `"\ud83d\ud83d\ude00"`, `"\ud83dx"`, `"\ud83d\n"`, `"\ud83d\u0041"`, `"\ud83d\u12"`, `"\ud83d\ude0"`, `"\uDBFF\uDFFF"`,
	"\"\x00\"", "\"\x1f\"", "\"\x7f\"", "\"\n\"", "\"\t\"", "\"\\\n\"", "\"\xff\"", "\"\xed\xa0\x80\"", "\"\xe2\x28\xa1\"", "\"é€😀\"", "\"\u2028\"", "\xff", "\"\xc3\\u0041\"",
	`[]`, `[ ]`, `[`, `]`, `[1`, `[1,`, `[1,]`, `[,1]`, `[,]`, `[1 2]`, `[1,,2]`, `[1]]`, `[1:2]`, `[1}`, `[[]]`, `[[],[[]]]`, `[null,true,false,1,"a",{},[]]`, `[1]x`, `[1] 2`,
	`{}`, `{ }`, `{`, `}`, `{"a"`, `{"a"}`, `{"a":`, `{"a":}`, `{"a":1`, `{"a":1,`, `{"a":1,}`, `{,"a":1}`, `{a:1}`, `{1:1}`, `{"a":1 "b":2}`, `{"a":1,"b":2}`, `{"a":1,,"b":2}`, `{"a"::1}`, `{"a":1]`, `{"a" : [ 1 , { } ] }`,
	`{"a":1,"a":2}`, `{"a":1,"\u0061":2}`, `{"":""}`, `{"\"":"\\"}`, `{"a":{"b":{"c":[[[{"d":null}]]]}}}`, `{}{}`, `{} []`, `{"a":tru}`, `{"a":truefalse}`, `{"a":"b""c"}`,
	`/* c */ 1`, `1 // c`, `[1,/**/2]`, "1\x00", "\x001", "{\"a\"\x00:1}", `"a" "b"`, `tru e`, `- 1`, `1 e5`,
}

func TestJSONAcceptsWhatEncodingJSONAccepts(t *testing.T) {
	for _, text := range jsonTexts {
		checkJSON(t, []byte(text))
		// Inside a container the ends of a value are others.
		checkJSON(t, []byte("["+text+"]"))
		checkJSON(t, []byte(`{"k":`+text+`,"l":0}`))
	}
}

// All short texts of the bytes that have a meaning in JSON.
func TestJSONAllShortTexts(t *testing.T) {
	const alphabet = `{}[]",:\u0-1.eE+ atn` + "\x00\xff"
	var build func(prefix []byte, left int)
	build = func(prefix []byte, left int) {
		checkJSON(t, prefix)
		for i := 0; left > 0 && i < len(alphabet); i++ {
			build(append(prefix[:len(prefix):len(prefix)], alphabet[i]), left-1)
		}
	}
	build(nil, 3)
}

func TestJSONNumbers(t *testing.T) {
	for _, c := range []struct {
		text string
		kind record.Kind
		num  uint64
	}{
		{"0", record.Uint, 0},
		{"-0", record.Int, 0},
		{"-1", record.Int, 1<<64 - 1},
		{"-9223372036854775808", record.Int, 1 << 63},
		{"-9223372036854775809", record.Float, 0xc3e0000000000000},
		{"18446744073709551615", record.Uint, 1<<64 - 1},
		{"18446744073709551616", record.Float, 0x43f0000000000000},
		{"1.0", record.Float, 0x3ff0000000000000},
		{"1e400", record.Float, 0x7ff0000000000000},
		{"-1e400", record.Float, 0xfff0000000000000},
	} {
		var r record.Record
		root, err := r.ReadJSON([]byte(c.text))
		if err != nil {
			t.Errorf("%s: %v", c.text, err)
			continue
		}
		if n := r.At(root); n.Kind != c.kind || n.Num != c.num || string(n.Text) != c.text {
			t.Errorf("%s: kind %d, number %#x, text %s", c.text, n.Kind, n.Num, n.Text)
		}
	}
}

func TestJSONErrors(t *testing.T) {
	for text, want := range map[string]error{
		``: record.ErrJSON, `{"a":1} x`: record.ErrTrailing, `1 2`: record.ErrTrailing, `{"a":01}`: record.ErrJSON, "\"\n\"": record.ErrJSON,
	} {
		var r record.Record
		if _, err := r.ReadJSON([]byte(text)); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
	}
}

// A text inside a record is read as a second tree; when that fails, the record must stay whole.
func TestJSONErrorLeavesTheTreeBefore(t *testing.T) {
	var r record.Record
	first, err := r.ReadJSON([]byte(`{"a":["b","\u0063"]}`))
	if err != nil {
		t.Fatal(err)
	}
	before := r.Len()
	for _, bad := range []string{`{"x":[1,2,`, `[1,2] 3`, `{"x":01}`, strings.Repeat("[", 100)} {
		if _, err := r.ReadJSON([]byte(bad)); err == nil {
			t.Fatalf("%s is read", bad)
		}
		if r.Len() != before {
			t.Errorf("%s: %d nodes, were %d", bad, r.Len(), before)
		}
	}
	second, err := r.ReadJSON([]byte(`[1]`))
	if err != nil || second != before {
		t.Fatalf("%d, %v", second, err)
	}
	if c := r.At(r.Find(first, "a") + 2); string(c.Text) != "c" {
		t.Errorf("the first tree has %q", c.Text)
	}
}

// Texts with escapes live in scratch space, which grows while they are in use.
func TestJSONScratchViewsStayIntact(t *testing.T) {
	const count = 20_000
	var text bytes.Buffer
	text.WriteByte('[')
	for i := range count {
		fmt.Fprintf(&text, `"\u00e9%d\t%s",`, i, strings.Repeat(`\\`, i%90))
	}
	text.WriteString(`""]`)
	var r record.Record
	for range 3 { // again in the memory of the time before
		r.Reset()
		root, err := r.ReadJSON(text.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		for i := range count {
			want := fmt.Sprintf("é%d\t%s", i, strings.Repeat(`\`, i%90))
			if got := r.At(root + 1 + i).Text; string(got) != want {
				t.Fatalf("text %d is %q, want %q", i, got, want)
			}
		}
	}
}

// Appending to one text of the scratch space must not reach into the next.
func TestScratchTextsCannotGrowIntoEachOther(t *testing.T) {
	var r record.Record
	root, err := r.ReadJSON([]byte(`["\u0061","\u0062"]`))
	if err != nil {
		t.Fatal(err)
	}
	_ = append(r.At(root+1).Text, "!!!!!!!!!!!!!!!!!!!!"...)
	if got := r.At(root + 2).Text; string(got) != "b" {
		t.Errorf("the second text is now %q", got)
	}
}

func TestScratchHandsOutDisjointSpace(t *testing.T) {
	var r record.Record
	var all [][]byte
	for i := range 3000 {
		s := r.Scratch(i % 70)
		for j := range s {
			s[j] = byte(i)
		}
		all = append(all, s)
	}
	for i, s := range all {
		if len(s) != i%70 || cap(s) != len(s) {
			t.Fatalf("piece %d has length %d and capacity %d", i, len(s), cap(s))
		}
		for _, c := range s {
			if c != byte(i) {
				t.Fatalf("piece %d was overwritten", i)
			}
		}
	}
}

func TestFind(t *testing.T) {
	var r record.Record
	root, err := r.ReadJSON([]byte(`{"a":{"b":1},"b":"x","b":"y","c":null,"":"empty"}`))
	if err != nil {
		t.Fatal(err)
	}
	if i := r.Find(root, "b"); i < 0 || string(r.At(i).Text) != "x" {
		t.Errorf("of two members, and one deeper, Find takes node %d", i)
	}
	if string(r.FindText(root, "")) != "empty" || r.FindText(root, "c") != nil || r.FindText(root, "z") != nil {
		t.Error("FindText")
	}
	if r.Find(r.Find(root, "b"), "b") != -1 || r.Find(-1, "b") != -1 {
		t.Error("Find in something that is no map")
	}
}
