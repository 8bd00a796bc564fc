package dialect_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"winevent/enrich/dialect"
	"winevent/enrich/event"
	"winevent/enrich/record"
	"winevent/internal/samples"
	"winevent/internal/testchunk"
)

// checkUsual holds ReadUsual against the way through the tree and tells whether it took the body.
func checkUsual(t *testing.T, b []byte) bool {
	t.Helper()
	rec, ev := new(record.Record), new(event.Event)
	rest, ok := dialect.ReadUsual(rec, b, ev)
	if !ok {
		return false
	}
	tree, want := new(record.Record), new(event.Event)
	root, wantRest, err := tree.ReadMsgpack(b)
	if err != nil || !bytes.Equal(rest, wantRest) {
		t.Fatalf("%q is read up to %q, and as a tree up to %q (%v)", b, rest, wantRest, err)
	}
	if err := dialect.Read(tree, root, want); err != nil {
		t.Fatalf("%q is taken, but its tree is refused: %v", b, err)
	}
	if got, want := describe(ev), describe(want); got != want {
		t.Fatalf("%q becomes\n%s\nand by the tree\n%s", b, got, want)
	}
	checkAnswer(t, ev, nil)
	return true
}

// All records of in_winevtlog with its default options are usual.
func TestReadUsualTakesEverySample(t *testing.T) {
	taken := 0
	for _, path := range samples.Files() {
		if strings.Contains(path, "xml") || strings.Contains(path, "text") {
			continue
		}
		lines, err := samples.Lines(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, line := range lines {
			b, err := testchunk.JSON(line)
			if err != nil {
				t.Fatal(err)
			}
			is := checkUsual(t, b)
			if mixed := strings.Contains(path, "oddities"); !mixed && is != strings.Contains(path, "winevtlog") {
				t.Fatalf("%s: usual is %v for %s", path, is, line)
			}
			if is {
				taken++
			}
		}
	}
	if taken < 4000 {
		t.Errorf("only %d records were usual", taken)
	}
}

const usualRecord = `{"ProviderName":"P","ProviderGuid":"{G}","Qualifiers":"","EventID":5462,"Version":0,"Level":4,"Task":4,"Opcode":17,` +
	`"Keywords":"0x8010000000000000","TimeCreated":"2018-08-07 14:24:57 -0500","EventRecordID":6951440,"ActivityID":"{A}","RelatedActivityID":"","ProcessID":332,` +
	`"ThreadID":70000,"Channel":"Security","Computer":"C","UserID":"NT AUTHORITY\\SYSTEM","Message":"m"`

func TestReadUsual(t *testing.T) {
	for _, c := range []struct {
		name, text string
		usual      bool
	}{
		{"inserts", usualRecord + `,"StringInserts":["a","",1,-1,70000,5000000000,null,true,1.5]}`, true},
		{"named", usualRecord + `,"EventData":{"a":"b","":1,"a":null}}`, true},
		{"both", usualRecord + `,"EventData":{"a":"b"},"StringInserts":["b",-1]}`, true},
		{"no parameters", usualRecord + `}`, true},
		{"filters added members", usualRecord + `,"StringInserts":[],"env":"prod","n":1,"Message":"again","Level":"x","Keywords":["k"]}`, false},
		{"filters added leaves", usualRecord + `,"StringInserts":[],"env":"prod","n":1,"Message":"again","Level":"x","Task":"y","UserID":"S-1-5-18"}`, true},
		{"a filter added a map", usualRecord + `,"StringInserts":[],"k":{"a":1}}`, false},
		{"parameters behind another member", usualRecord + `,"env":"prod","StringInserts":["a"]}`, false},
		{"parameters twice", usualRecord + `,"StringInserts":["a"],"StringInserts":["b"]}`, false},
		{"inserts are a text", usualRecord + `,"StringInserts":"a"}`, false},
		{"event data is a list", usualRecord + `,"EventData":["a"],"StringInserts":["b"]}`, false},
		{"nested inserts", usualRecord + `,"StringInserts":[["a"]]}`, false},
		{"nested event data", usualRecord + `,"EventData":{"a":{"b":1}}}`, false},
		{"an empty time", strings.Replace(usualRecord, "2018-08-07 14:24:57 -0500", "", 1) + `}`, true},
		{"no time", strings.Replace(usualRecord, "2018-08-07 14:24:57 -0500", "now", 1) + `}`, false},
		{"no mask", strings.Replace(usualRecord, "0x8010000000000000", "Audit Success", 1) + `}`, false},
		{"a level in words", strings.Replace(usualRecord, `"Level":4`, `"Level":"Information"`, 1) + `}`, false},
		{"a number where a text stands", strings.Replace(usualRecord, `"Computer":"C"`, `"Computer":1`, 1) + `}`, false},
		{"another order", strings.Replace(usualRecord, `"Version":0,"Level":4`, `"Level":4,"Version":0`, 1) + `}`, false},
		{"a member is missing", strings.Replace(usualRecord, `"Version":0,`, ``, 1) + `}`, false},
		{"no map", `[1]`, false},
	} {
		b, err := testchunk.JSON([]byte(c.text))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		if checkUsual(t, b) != c.usual {
			t.Errorf("%s: usual is %v", c.name, !c.usual)
		}
		for n := range b { // cut off anywhere
			if checkUsual(t, b[:n:n]) {
				t.Fatalf("%s: the first %d bytes are taken", c.name, n)
			}
		}
		if checkUsual(t, append(bytes.Clone(b), 0xc1)) != c.usual {
			t.Errorf("%s: what follows the record matters", c.name)
		}
	}
}

// Each way in which msgpack writes the length of a text and of a container, and numbers.
func TestReadUsualLengths(t *testing.T) {
	start, err := testchunk.JSON([]byte(usualRecord + `}`))
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range []int{0, 1, 15, 16, 31, 32, 255, 256, 4000, 4096, 4097, 70000} {
		var named, inserts []byte
		named = msgp.AppendMapHeader(msgp.AppendString(named, "EventData"), uint32(n))
		inserts = msgp.AppendArrayHeader(msgp.AppendString(inserts, "StringInserts"), uint32(n))
		for range n {
			named = msgp.AppendUint64(msgp.AppendString(named, strings.Repeat("k", min(n, 5000))), uint64(n)*uint64(n)*uint64(n))
			inserts = msgp.AppendString(inserts, strings.Repeat("v", min(n, 300)))
		}
		for _, params := range [][]byte{named, inserts} {
			for _, head := range [][]byte{{0xde, 0, 20}, {0xdf, 0, 0, 0, 20}} {
				b := append(append(bytes.Clone(head), start[3:]...), params...)
				if checkUsual(t, b) != (n <= 4096) {
					t.Errorf("%d members: usual is %v", n, n > 4096)
				}
			}
		}
	}
	for _, n := range []int{31, 32, 255, 256, 65535, 65536} {
		b := append(append([]byte{0xde, 0, 20}, start[3:]...), "\xa1x"...)
		b = msgp.AppendString(b, strings.Repeat("x", n))
		if !checkUsual(t, b) {
			t.Errorf("a text of %d bytes that a filter added is not taken", n)
		}
		text := `"Message":"` + strings.Repeat("x", n) + `"`
		if b, err = testchunk.JSON([]byte(strings.Replace(usualRecord, `"Message":"m"`, text, 1) + `}`)); err != nil || checkUsual(t, b) != (n < 65536) {
			t.Errorf("a message of %d bytes: %v", n, err)
		}
	}
}

func FuzzReadUsual(f *testing.F) {
	for _, text := range []string{
		usualRecord + `,"StringInserts":["a",1,null]}`, usualRecord + `,"EventData":{"a":"b","c":-1},"StringInserts":["b"],"env":"prod"}`,
	} {
		b, err := testchunk.JSON([]byte(text))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) { checkUsual(t, b) })
}
