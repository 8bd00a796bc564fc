package record_test

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"winevent/enrich/record"
)

func TestMsgpackTruncatedAtEveryByte(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	var r record.Record
	for range 60 {
		whole := randomMsgpack(nil, rnd, 1)
		whole = whole[:min(len(whole), 4000)] // a cut value is a cut value, and long ones take long
		if _, err := record.SkipMsgpack(whole); err == nil {
			whole = whole[:len(whole)-1]
		}
		for cut := range len(whole) + 1 {
			r.Reset()
			if _, _, err := r.ReadMsgpack(whole[:cut]); !errors.Is(err, record.ErrTruncated) {
				t.Fatalf("% x: %v", whole[:cut], err)
			}
			if _, err := record.SkipMsgpack(whole[:cut]); !errors.Is(err, record.ErrTruncated) {
				t.Fatalf("SkipMsgpack of % x: %v", whole[:cut], err)
			}
		}
	}
}

// A header can claim 4 GiB in five bytes. Believing it would cost the host its memory.
func TestMsgpackLyingCountsCostNothing(t *testing.T) {
	for name, header := range map[string][]byte{
		"array16": {0xdc, 0xff, 0xff}, "array32": {0xdd, 0xff, 0xff, 0xff, 0xff},
		"map16": {0xde, 0xff, 0xff}, "map32": {0xdf, 0xff, 0xff, 0xff, 0xff},
		"str8": {0xd9, 0xff}, "str16": {0xda, 0xff, 0xff}, "str32": {0xdb, 0xff, 0xff, 0xff, 0xff},
		"bin8": {0xc4, 0xff}, "bin16": {0xc5, 0xff, 0xff}, "bin32": {0xc6, 0xff, 0xff, 0xff, 0xff},
		"ext8": {0xc7, 0xff, 0}, "ext16": {0xc8, 0xff, 0xff, 0}, "ext32": {0xc9, 0xff, 0xff, 0xff, 0xff, 0},
	} {
		b := append(bytes.Clone(header), make([]byte, 100)...)
		var r record.Record
		read := func() {
			r.Reset()
			if _, _, err := r.ReadMsgpack(b); !errors.Is(err, record.ErrTruncated) {
				t.Errorf("%s: %v", name, err)
			}
			if _, err := record.SkipMsgpack(b); !errors.Is(err, record.ErrTruncated) {
				t.Errorf("SkipMsgpack of %s: %v", name, err)
			}
		}
		if n := testing.AllocsPerRun(10, read); n != 0 {
			t.Errorf("%s: %v allocations", name, n)
		}
	}
}

// Each container's count may be true to the bytes left and the sum still a lie.
func TestMsgpackNestedLyingCountsStayBounded(t *testing.T) {
	const levels = 60
	var b []byte
	for range levels {
		b = append(b, 0xdd, 0, 0, 0x01, 0x00) // an array of 256
	}
	b = append(b, make([]byte, 1000)...)
	var r record.Record
	if _, _, err := r.ReadMsgpack(b); !errors.Is(err, record.ErrTruncated) {
		t.Error(err)
	}
	if r.Len() > len(b) {
		t.Errorf("%d nodes from %d bytes", r.Len(), len(b))
	}
}

// nestMsgpack opens n containers around inner.
func nestMsgpack(n int, open, inner string) []byte {
	return []byte(strings.Repeat(open, n) + inner)
}

func TestMsgpackDepth(t *testing.T) {
	for _, c := range []struct {
		name        string
		open, inner string
		n           int
		err         error
	}{
		{"64 arrays and a leaf", "\x91", "\x01", 64, nil},
		{"64 maps and a leaf", "\x81\x01", "\x01", 64, nil},
		{"64 arrays, the last empty", "\x91", "\x90", 63, nil},
		{"65 arrays, the last empty", "\x91", "\x90", 64, record.ErrTooDeep},
		{"65 arrays and a leaf", "\x91", "\x01", 65, record.ErrTooDeep},
		{"65 maps, the last empty", "\x81\x01", "\x80", 64, record.ErrTooDeep},
		{"1,000,000 arrays", "\x91", "\x90", 1_000_000, record.ErrTooDeep},
		{"1,000,000 maps", "\x81\x01", "\x80", 1_000_000, record.ErrTooDeep},
	} {
		b := append(nestMsgpack(c.n, c.open, c.inner), "behind"...)
		var r record.Record
		if _, _, err := r.ReadMsgpack(b); !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
		}
		// The chunk's next record is found by SkipMsgpack, whatever this one is.
		if rest, err := record.SkipMsgpack(b); err != nil || string(rest) != "behind" {
			t.Errorf("SkipMsgpack of %s: %d bytes left, %v", c.name, len(rest), err)
		}
	}
}

func TestMsgpackNumberOfValues(t *testing.T) {
	for _, c := range []struct {
		members int
		err     error
	}{{record.MaxNodes - 1, nil}, {record.MaxNodes, record.ErrTooMany}} {
		b := append(msgp.AppendArrayHeader(nil, uint32(c.members)), bytes.Repeat([]byte{0xc0}, c.members)...)
		var r record.Record
		if _, _, err := r.ReadMsgpack(b); !errors.Is(err, c.err) {
			t.Errorf("an array of %d: %v, want %v", c.members, err, c.err)
		}
		if rest, err := record.SkipMsgpack(b); err != nil || len(rest) != 0 {
			t.Errorf("SkipMsgpack of an array of %d: %d bytes left, %v", c.members, len(rest), err)
		}
	}
}

func TestJSONDepth(t *testing.T) {
	for _, c := range []struct {
		name                 string
		open, inner, closing string
		n                    int
		err                  error
	}{
		{"64 arrays and a leaf", "[", "1", "]", 64, nil},
		{"64 objects and a leaf", `{"a":`, "1", "}", 64, nil},
		{"64 arrays, the last empty", "[", "[]", "]", 63, nil},
		{"65 arrays, the last empty", "[", "[]", "]", 64, record.ErrTooDeep},
		{"65 arrays and a leaf", "[", "1", "]", 65, record.ErrTooDeep},
		{"65 objects, the last empty", `{"a":`, "{}", "}", 64, record.ErrTooDeep},
		{"1,000,000 arrays", "[", "", "]", 1_000_000, record.ErrTooDeep},
		{"1,000,000 arrays, not closed", "[", "", "", 1_000_000, record.ErrTooDeep},
		{"1,000,000 objects", `{"a":`, "1", "}", 1_000_000, record.ErrTooDeep},
	} {
		text := strings.Repeat(c.open, c.n) + c.inner + strings.Repeat(c.closing, c.n)
		var r record.Record
		if _, err := r.ReadJSON([]byte(text)); !errors.Is(err, c.err) {
			t.Errorf("%s: %v, want %v", c.name, err, c.err)
		}
	}
}

func TestJSONNumberOfValues(t *testing.T) {
	for _, c := range []struct {
		members int
		err     error
	}{{record.MaxNodes - 1, nil}, {record.MaxNodes, record.ErrTooMany}} {
		text := "[" + strings.Repeat("1,", c.members-1) + "1]"
		var r record.Record
		if _, err := r.ReadJSON([]byte(text)); !errors.Is(err, c.err) {
			t.Errorf("an array of %d: %v, want %v", c.members, err, c.err)
		}
	}
}
