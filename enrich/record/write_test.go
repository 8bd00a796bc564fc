package record_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"winevent/enrich/record"
	"winevent/internal/jsoncheck"
)

func TestAppendJSONOfMsgpack(t *testing.T) {
	for _, c := range []struct {
		name  string
		in    []byte
		want  string
		valid bool
	}{
		{"nil", []byte{0xc0}, `null`, true},
		{"true", []byte{0xc3}, `true`, true},
		{"negative", []byte{0xe0}, `-32`, true},
		{"int", msgp.AppendInt64(nil, math.MinInt64), `-9223372036854775808`, true},
		{"uint", msgp.AppendUint64(nil, math.MaxUint64), `18446744073709551615`, true},
		{"float", msgp.AppendFloat64(nil, 0.1), `0.1`, true},
		{"NaN", msgp.AppendFloat64(nil, math.NaN()), `null`, true},
		{"infinity", msgp.AppendFloat32(nil, float32(math.Inf(-1))), `null`, true},
		{"text", msgp.AppendString(nil, "a\"\\\r\n\t\x01\x7fé"), `"a\"\\\r\n\t\u0001\u007fé"`, true},
		{"not UTF-8", msgp.AppendString(nil, "a\xff"), "\"a\ufffd\"", false},
		{"binary", msgp.AppendBytes(nil, []byte{0xff, 0xfe}), `"//4="`, true},
		{"no binary", msgp.AppendBytes(nil, nil), `""`, true},
		{"ext", []byte{0xd4, 5, 0xff}, `"/w=="`, true},
		{"empty containers", []byte{0x92, 0x90, 0x80}, `[[],{}]`, true},
		{"names", []byte{0x83, 0xa1, 'a', 1, 0xa1, 'a', 2, 3, 4}, `{"a":1,"a_1":2,"3":4}`, true},
		{"names of two objects", []byte{0x92, 0x81, 0xa1, 'a', 1, 0x81, 0xa1, 'a', 2}, `[{"a":1},{"a":2}]`, true},
		{"names inside and out", []byte{0x82, 0xa1, 'a', 0x81, 0xa1, 'a', 1, 0xa1, 'a', 2}, `{"a":{"a":1},"a_1":2}`, true},
		{"a number and its text", []byte{0x83, 1, 1, 0xa1, '1', 2, 0xd0, 1, 3}, `{"1":1,"1_1":2,"1_2":3}`, true},
		{"names not UTF-8", []byte{0x82, 0xa1, 0xff, 1, 0xa1, 0xfe, 2}, "{\"\ufffd\":1,\"\ufffd_1\":2}", false},
	} {
		var r record.Record
		var names record.Names
		root, _, err := r.ReadMsgpack(c.in)
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, valid := r.AppendJSON(nil, root, &names)
		if string(got) != c.want || valid != c.valid {
			t.Errorf("%s: %s, %v; want %s, %v", c.name, got, valid, c.want, c.valid)
		}
	}
}

// What came as JSON goes out as it was spelt, but for white space, escapes and names used twice.
func TestAppendJSONOfJSON(t *testing.T) {
	for in, want := range map[string]string{
		` { "a" : [ 1.50 , -0 , 1e400 , 123456789012345678901234567890 ] } `: `{"a":[1.50,-0,1e400,123456789012345678901234567890]}`,
		`"\u00e9\/\ud83d\ude00\ud83d"`:                                       "\"é/😀\ufffd\"",
		`{"a":1,"\u0061":2,"a_1":3}`:                                         `{"a":1,"a_1":2,"a_1_1":3}`,
	} {
		var r record.Record
		var names record.Names
		root, err := r.ReadJSON([]byte(in))
		if err != nil {
			t.Errorf("%s: %v", in, err)
			continue
		}
		if got, valid := r.AppendJSON(nil, root, &names); string(got) != want || !valid {
			t.Errorf("%s becomes %s, %v; want %s", in, got, valid, want)
		}
	}
}

// One set of names serves tree after tree.
func TestAppendJSONOfRandomTrees(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	var r record.Record
	var names record.Names
	for i := range 1000 {
		if i%3 == 0 {
			names.Reset()
		}
		b := randomMsgpack(nil, rnd, 0)
		r.Reset()
		root, _, err := r.ReadMsgpack(b)
		if err != nil {
			t.Fatal(err)
		}
		out, _ := r.AppendJSON([]byte("before "), root, &names)
		if err := jsoncheck.Document(out[len("before "):]); err != nil {
			t.Fatalf("% x becomes %s: %v", b, out, err)
		}
	}
}

func TestPushText(t *testing.T) {
	var r record.Record
	for i := range 3 {
		at, err := r.PushText([]byte("k"), fmt.Append(nil, i))
		if n := r.At(at); err != nil || at != i || string(n.Key) != "k" || string(n.Text) != fmt.Sprint(i) || int(n.End) != i+1 || n.Kind != record.String {
			t.Errorf("%d: %+v, %v", at, n, err)
		}
	}
}
