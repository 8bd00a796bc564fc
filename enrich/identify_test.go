package enrich

import (
	"bytes"
	"testing"
)

// TestLowerWord tries every byte in every place of a word, beside the bytes that could carry into it.
func TestLowerWord(t *testing.T) {
	for _, beside := range []byte{0, 'A', 'Z', 0x7f, 0x80, 0xff} {
		for c := range 256 {
			for place := range 9 {
				text := bytes.Repeat([]byte{beside}, 9)
				text[place] = byte(c)
				want := bytes.Clone(text)
				for i, x := range want {
					if x >= 'A' && x <= 'Z' {
						want[i] = x + 32
					}
				}
				if got := appendLower([]byte("X"), text); !bytes.Equal(got[1:], want) || got[0] != 'X' {
					t.Fatalf("% x becomes % x", text, got)
				}
			}
		}
	}
}
