package record_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"winevent/enrich/record"
)

func TestParseUint(t *testing.T) {
	for _, c := range []struct {
		text string
		want uint64
		ok   bool
	}{
		{"0", 0, true}, {"00", 0, true}, {"007", 7, true}, {"18446744073709551615", math.MaxUint64, true},
		{"18446744073709551616", 0, false}, {"18446744073709551620", 0, false}, {"99999999999999999999", 0, false},
		{"00018446744073709551615", 0, false}, // longer than any number that Windows writes
		{"-1", math.MaxUint64, true}, {"-0", 0, true}, {"-9223372036854775808", 1 << 63, true}, {"-9223372036854775809", 0, false},
		{"0x0", 0, true}, {"0X10", 16, true}, {"0xFFFFFFFFFFFFFFFF", math.MaxUint64, true}, {"0xffffffffffffffff", math.MaxUint64, true},
		{"0x10000000000000000", 0, false}, {"0x", 0, false}, {"0xg", 0, false}, {"-0x1", 0, false}, {"0x-1", 0, false},
		{"", 0, false}, {"-", 0, false}, {"--1", 0, false}, {"+1", 0, false}, {" 1", 0, false}, {"1 ", 0, false}, {"1.0", 0, false}, {"1e3", 0, false},
		{"12a", 0, false}, {"a", 0, false}, {"/", 0, false}, {":", 0, false}, {"x10", 0, false}, {"1_000", 0, false}, {"\u0661", 0, false},
	} {
		got, ok := record.ParseUint([]byte(c.text))
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%q: %d, %v; want %d, %v", c.text, got, ok, c.want, c.ok)
		}
	}
}

func TestParseUintAgreesWithStrconv(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	for range 20_000 {
		v := rnd.Uint64() >> rnd.IntN(64)
		for _, text := range []string{fmt.Sprint(v), fmt.Sprintf("0x%x", v), fmt.Sprintf("0X%X", v), fmt.Sprint(int64(v)), fmt.Sprint(v) + "0"} {
			want, err := strconv.ParseUint(text, 0, 64)
			if signed, signedErr := strconv.ParseInt(text, 0, 64); text[0] == '-' {
				want, err = uint64(signed), signedErr
			}
			if got, ok := record.ParseUint([]byte(text)); ok != (err == nil) || ok && got != want {
				t.Fatalf("%s: %d, %v; want %d, %v", text, got, ok, want, err)
			}
		}
	}
}

func TestUint64(t *testing.T) {
	float := func(f float64) record.Node { return record.Node{Kind: record.Float, Num: math.Float64bits(f)} }
	for _, c := range []struct {
		node record.Node
		want uint64
		ok   bool
	}{
		{record.Node{Kind: record.Uint, Num: math.MaxUint64}, math.MaxUint64, true},
		{record.Node{Kind: record.Int, Num: math.MaxUint64}, math.MaxUint64, true}, // -1
		{float(4624), 4624, true},
		{float(math.Copysign(0, -1)), 0, true},
		{float(0.5), 0, false},
		{float(-1), 0, false},
		{float(1 << 62), 1 << 62, true},
		{float(1 << 63), 0, false},
		{float(math.NaN()), 0, false},
		{float(math.Inf(1)), 0, false},
		{record.Node{Kind: record.String, Text: []byte("0x8020000000000000")}, 0x8020000000000000, true},
		{record.Node{Kind: record.String, Text: []byte("")}, 0, false},
		{record.Node{Kind: record.Binary, Text: []byte("1")}, 0, false},
		{record.Node{Kind: record.Bool, Num: 1}, 0, false},
		{record.Node{Kind: record.Nil}, 0, false},
		{record.Node{Kind: record.Array}, 0, false},
	} {
		got, ok := c.node.Uint64()
		if ok != c.ok || ok && got != c.want {
			t.Errorf("%+v: %d, %v; want %d, %v", c.node, got, ok, c.want, c.ok)
		}
	}
}

func TestAppendText(t *testing.T) {
	for _, c := range []struct {
		node record.Node
		want string
	}{
		{record.Node{Kind: record.String, Text: []byte("a\xffb")}, "a\xffb"},
		{record.Node{Kind: record.Int, Num: math.MaxUint64}, "-1"},
		{record.Node{Kind: record.Uint, Num: math.MaxUint64}, "18446744073709551615"},
		{record.Node{Kind: record.Float, Num: math.Float64bits(0.25)}, "0.25"},
		{record.Node{Kind: record.Float, Num: math.Float64bits(1), Text: []byte("1.00")}, "1.00"},
		{record.Node{Kind: record.Bool, Num: 1}, "true"},
		{record.Node{Kind: record.Bool}, "false"},
		{record.Node{Kind: record.Binary, Text: []byte{0, 0xaf}}, "00AF"},
		{record.Node{Kind: record.Ext, Text: []byte{0xfe}}, "FE"},
		{record.Node{Kind: record.Nil}, ""},
		{record.Node{Kind: record.Array}, ""},
		{record.Node{Kind: record.Map}, ""},
	} {
		if got := string(c.node.AppendText([]byte("<"))); got != "<"+c.want {
			t.Errorf("%+v: %q, want %q", c.node, got, c.want)
		}
	}
}
