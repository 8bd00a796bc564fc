package record_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/tinylib/msgp/msgp"

	"winevent/enrich/record"
)

// msgpNode reads the value at the start of b with msgp and holds node i
// against it; it returns the bytes behind the value. A key that msgp reads as
// a number must be that number spelt out.
func msgpNode(t *testing.T, r *record.Record, i int, b []byte) []byte {
	t.Helper()
	n := r.At(i)
	rest, err := msgp.Skip(b)
	if err != nil {
		t.Fatalf("msgp refuses what we read: %v", err)
	}
	check := func(ok bool, err error) {
		t.Helper()
		if err != nil || !ok {
			t.Fatalf("node %d is %+v; msgp (error %v) reads % x otherwise", i, *n, err, b[:min(len(b), 32)])
		}
	}
	switch kind := msgp.NextType(b); kind {
	case msgp.NilType:
		check(n.Kind == record.Nil, nil)
	case msgp.BoolType:
		v, _, err := msgp.ReadBoolBytes(b)
		check(n.Kind == record.Bool && (n.Num != 0) == v, err)
	case msgp.IntType:
		// msgp calls the positive fixints Int too; to us they are Uint.
		v, _, err := msgp.ReadInt64Bytes(b)
		check((n.Kind == record.Int || n.Kind == record.Uint && v >= 0) && int64(n.Num) == v, err)
	case msgp.UintType:
		v, _, err := msgp.ReadUint64Bytes(b)
		check(n.Kind == record.Uint && n.Num == v, err)
	case msgp.Float32Type:
		v, _, err := msgp.ReadFloat32Bytes(b)
		check(n.Kind == record.Float && sameFloat(n.Float(), float64(v)), err)
	case msgp.Float64Type:
		v, _, err := msgp.ReadFloat64Bytes(b)
		check(n.Kind == record.Float && sameFloat(n.Float(), v), err)
	case msgp.StrType:
		v, _, err := msgp.ReadStringZC(b)
		check(n.Kind == record.String && bytes.Equal(n.Text, v), err)
	case msgp.BinType:
		v, _, err := msgp.ReadBytesZC(b)
		check(n.Kind == record.Binary && bytes.Equal(n.Text, v), err)
	case msgp.ArrayType:
		count, inside, err := msgp.ReadArrayHeaderBytes(b)
		check(n.Kind == record.Array && n.Len == int32(count), err)
		check(msgpMembers(t, r, i, inside, false) == len(rest), nil)
	case msgp.MapType:
		count, inside, err := msgp.ReadMapHeaderBytes(b)
		check(n.Kind == record.Map && n.Len == int32(count), err)
		check(msgpMembers(t, r, i, inside, true) == len(rest), nil)
	default: // the extension types, some of which msgp gives a meaning
		want := b[len(b)-len(rest)-len(n.Text) : len(b)-len(rest)]
		check(n.Kind == record.Ext && bytes.Equal(n.Text, want) && b[len(b)-len(rest)-len(n.Text)-1] == byte(n.Num), nil)
	}
	if n.Kind != record.Array && n.Kind != record.Map && int(n.End) != i+1 {
		t.Fatalf("node %d has no members but ends at %d", i, n.End)
	}
	return rest
}

// msgpMembers compares the members of container i and returns how many bytes are left behind them.
func msgpMembers(t *testing.T, r *record.Record, i int, b []byte, isMap bool) int {
	t.Helper()
	n := r.At(i)
	next := i + 1
	for range n.Len {
		if next >= int(n.End) {
			t.Fatalf("node %d says it has %d members but ends before", i, n.Len)
		}
		key := r.At(next).Key
		if isMap {
			var want []byte
			if want, b = msgpKey(t, b); key == nil || !bytes.Equal(key, want) {
				t.Fatalf("key %q, want %q", key, want)
			}
		} else if key != nil {
			t.Fatalf("an element of an array has the key %q", key)
		}
		b = msgpNode(t, r, next, b)
		next = int(r.At(next).End)
	}
	if next != int(n.End) {
		t.Fatalf("node %d ends at %d, its last member at %d", i, n.End, next)
	}
	return len(b)
}

func msgpKey(t *testing.T, b []byte) (key, rest []byte) {
	t.Helper()
	var err error
	switch msgp.NextType(b) {
	case msgp.StrType:
		key, rest, err = msgp.ReadStringZC(b)
	case msgp.BinType:
		key, rest, err = msgp.ReadBytesZC(b)
	case msgp.IntType:
		var v int64
		v, rest, err = msgp.ReadInt64Bytes(b)
		key = strconv.AppendInt(nil, v, 10)
	case msgp.UintType:
		var v uint64
		v, rest, err = msgp.ReadUint64Bytes(b)
		key = strconv.AppendUint(nil, v, 10)
	default:
		t.Fatalf("a key of type %v was accepted", msgp.NextType(b))
	}
	if err != nil {
		t.Fatal(err)
	}
	return key, rest
}

func sameFloat(a, b float64) bool { return a == b || math.IsNaN(a) && math.IsNaN(b) }

// randomMsgpack appends a random value, in all forms that msgp writes and in
// the long forms that it would write shorter.
func randomMsgpack(b []byte, rnd *rand.Rand, depth int) []byte {
	choices := 16
	if depth >= 5 {
		choices = 13
	}
	switch rnd.IntN(choices) {
	case 0:
		return msgp.AppendNil(b)
	case 1:
		return msgp.AppendBool(b, rnd.IntN(2) == 0)
	case 2:
		return msgp.AppendInt64(b, int64(rnd.Uint64())>>rnd.IntN(64))
	case 3:
		return msgp.AppendUint64(b, rnd.Uint64()>>rnd.IntN(64))
	case 4:
		return msgp.AppendFloat64(b, math.Float64frombits(rnd.Uint64()))
	case 5:
		return msgp.AppendFloat32(b, math.Float32frombits(rnd.Uint32()))
	case 6:
		return msgp.AppendStringFromBytes(b, randomBytes(rnd))
	case 7:
		return msgp.AppendBytes(b, randomBytes(rnd))
	case 8:
		raw := msgp.RawExtension{Type: int8(rnd.IntN(256)), Data: randomBytes(rnd)}
		b, _ = msgp.AppendExtension(b, &raw) // fails for no RawExtension
		return b
	case 9: // int64 for any number
		return binary.BigEndian.AppendUint64(append(b, 0xd3), rnd.Uint64()>>rnd.IntN(64))
	case 10: // int32, int16
		return binary.BigEndian.AppendUint16(append(binary.BigEndian.AppendUint32(append(b, 0x92, 0xd2), rnd.Uint32()), 0xd1), uint16(rnd.Uint32()))
	case 11: // int8, uint8
		return append(b, 0x92, 0xd0, byte(rnd.Uint32()), 0xcc, byte(rnd.Uint32()))
	case 12: // str32, uint64
		return binary.BigEndian.AppendUint64(append(b, 0x92, 0xdb, 0, 0, 0, 1, 'x', 0xcf), rnd.Uint64()>>rnd.IntN(64))
	case 13:
		n := rnd.IntN(40)
		b = msgp.AppendArrayHeader(b, uint32(n))
		for range n {
			b = randomMsgpack(b, rnd, depth+3)
		}
		return b
	default:
		n := rnd.IntN(20)
		b = msgp.AppendMapHeader(b, uint32(n))
		for range n {
			b = randomMsgpack(randomKey(b, rnd), rnd, depth+1)
		}
		return b
	}
}

func randomKey(b []byte, rnd *rand.Rand) []byte {
	switch rnd.IntN(6) {
	case 0:
		return msgp.AppendInt64(b, int64(rnd.Uint64())>>rnd.IntN(64))
	case 1:
		return msgp.AppendUint64(b, rnd.Uint64())
	case 2:
		return msgp.AppendBytes(b, randomBytes(rnd))
	}
	return msgp.AppendStringFromBytes(b, randomBytes(rnd))
}

// randomBytes crosses the limits of the short forms (16, 32) often and that of the middle one (256) at times.
func randomBytes(rnd *rand.Rand) []byte {
	b := make([]byte, rnd.IntN([]int{4, 20, 40, 300}[rnd.IntN(4)]))
	for i := range b {
		b[i] = byte(rnd.Uint32())
	}
	return b
}

func TestMsgpackReadsWhatMsgpWrites(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	var r record.Record
	for range 3000 {
		b := append(randomMsgpack(nil, rnd, 0), "behind"...)
		r.Reset()
		root, rest, err := r.ReadMsgpack(b)
		if err != nil {
			t.Fatalf("% x: %v", b, err)
		}
		if string(rest) != "behind" {
			t.Fatalf("% x: %q is left", b, rest)
		}
		msgpNode(t, &r, root, b)
		if skipped, err := record.SkipMsgpack(b); err != nil || len(skipped) != len(rest) {
			t.Fatalf("SkipMsgpack leaves %d bytes (%v), ReadMsgpack %d", len(skipped), err, len(rest))
		}
	}
}

// Lengths that need two and four bytes are too long for the random values.
func TestMsgpackLongForms(t *testing.T) {
	long := bytes.Repeat([]byte("x"), 1<<16)
	raw := msgp.RawExtension{Type: 7, Data: long}
	ext, err := msgp.AppendExtension(nil, &raw)
	if err != nil {
		t.Fatal(err)
	}
	array := msgp.AppendArrayHeader(nil, 1<<16)
	dict := msgp.AppendMapHeader(nil, 1<<16)
	for i := range 1 << 16 {
		array = msgp.AppendInt(array, i)
		dict = msgp.AppendInt(msgp.AppendInt(dict, i), i)
	}
	for name, b := range map[string][]byte{
		"str16": msgp.AppendStringFromBytes(nil, long[:1<<15]), "str32": msgp.AppendStringFromBytes(nil, long),
		"bin16": msgp.AppendBytes(nil, long[:1<<15]), "bin32": msgp.AppendBytes(nil, long),
		"ext32": ext, "array32": array, "map32": dict,
	} {
		var r record.Record
		root, rest, err := r.ReadMsgpack(b)
		if err != nil || len(rest) != 0 {
			t.Errorf("%s: %v, %d bytes left", name, err, len(rest))
			continue
		}
		msgpNode(t, &r, root, b)
	}
}

// Every first byte, followed by zeros: they are lengths of zero, members 0, keys 0.
func TestMsgpackEveryTypeByte(t *testing.T) {
	for c := range 256 {
		b := append([]byte{byte(c)}, make([]byte, 40)...)
		var r record.Record
		root, rest, err := r.ReadMsgpack(b)
		if c == 0xc1 {
			if !errors.Is(err, record.ErrReserved) {
				t.Errorf("0xc1: %v", err)
			}
			if _, err := record.SkipMsgpack(b); !errors.Is(err, record.ErrReserved) {
				t.Errorf("SkipMsgpack of 0xc1: %v", err)
			}
			continue
		}
		if err != nil {
			t.Errorf("0x%02x: %v", c, err)
			continue
		}
		if want := msgpNode(t, &r, root, b); len(rest) != len(want) {
			t.Errorf("0x%02x: %d bytes left, want %d", c, len(rest), len(want))
		}
	}
}

func TestReadLeafReadsNoMembers(t *testing.T) {
	b := []byte{0x82, 0x01, 0x02, 0xc1} // the map's members are not there, and what is there is no msgpack
	n, rest, err := record.ReadLeaf(b)
	if err != nil || n.Kind != record.Map || n.Len != 2 || len(rest) != 3 {
		t.Errorf("%+v, %d bytes left, %v", n, len(rest), err)
	}
}

// Texts are views. One that could grow into the bytes behind it would let a
// caller that appends to it overwrite the next value.
func TestMsgpackViewsCannotGrow(t *testing.T) {
	b := msgp.AppendMapHeader(nil, 1)
	b = msgp.AppendBytes(msgp.AppendString(b, "key"), []byte("value"))
	b = append(b, "behind"...)
	var r record.Record
	root, _, err := r.ReadMsgpack(b)
	if err != nil {
		t.Fatal(err)
	}
	n := r.At(root + 1)
	_ = append(n.Key, '!')
	_ = append(n.Text, '!')
	if !bytes.HasSuffix(b, []byte("valuebehind")) || string(n.Text) != "value" {
		t.Errorf("the input is now %q", b)
	}
}

func TestMsgpackKeys(t *testing.T) {
	for _, c := range []struct {
		name string
		key  []byte
		want string
		err  error
	}{
		{"string", msgp.AppendString(nil, "a"), "a", nil},
		{"empty string", msgp.AppendString(nil, ""), "", nil},
		{"empty str32", []byte{0xdb, 0, 0, 0, 0}, "", nil},
		{"binary", msgp.AppendBytes(nil, []byte("b")), "b", nil},
		{"small", []byte{7}, "7", nil},
		{"negative", []byte{0xff}, "-1", nil},
		{"smallest", msgp.AppendInt64(nil, math.MinInt64), "-9223372036854775808", nil},
		{"largest", msgp.AppendUint64(nil, math.MaxUint64), "18446744073709551615", nil},
		{"nil", []byte{0xc0}, "", record.ErrKey},
		{"bool", []byte{0xc3}, "", record.ErrKey},
		{"float", msgp.AppendFloat64(nil, 1), "", record.ErrKey},
		{"array", []byte{0x90}, "", record.ErrKey},
		{"map", []byte{0x80}, "", record.ErrKey},
		{"ext", []byte{0xd4, 0, 0}, "", record.ErrKey},
	} {
		b := append(append([]byte{0x81}, c.key...), 0xc0)
		var r record.Record
		root, _, err := r.ReadMsgpack(b)
		if !errors.Is(err, c.err) {
			t.Errorf("%s: error %v, want %v", c.name, err, c.err)
			continue
		}
		if err == nil && (string(r.At(root+1).Key) != c.want || r.At(root+1).Key == nil) {
			t.Errorf("%s: key %q, want %q (and not nil)", c.name, r.At(root+1).Key, c.want)
		}
		// A key outside the limits must not hide where the next record begins.
		if rest, err := record.SkipMsgpack(b); err != nil || len(rest) != 0 {
			t.Errorf("%s: SkipMsgpack leaves %d bytes, %v", c.name, len(rest), err)
		}
	}
}
