package enrich

import (
	"bytes"
	"math/rand/v2"
	"testing"
)

// TestGramsMissNothing looks for pieces of random texts, and for words that are not in them.
func TestGramsMissNothing(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	var g grams
	excluded := 0
	for range 2000 {
		text := make([]byte, random.IntN(400))
		for i := range text {
			text[i] = byte('a' + random.IntN(26))
		}
		g.note(text)
		for range 20 {
			start := random.IntN(len(text) + 1)
			if piece := text[start : start+random.IntN(len(text)-start+1)]; !g.mayContain(piece) {
				t.Fatalf("%q is in %q", piece, text)
			}
		}
		if word := []byte("-encodedcommand"); !g.mayContain(word) {
			excluded++
		} else if bytes.Contains(text, word) {
			t.Fatal("a word with a dash in a text of letters")
		}
	}
	if excluded < 1990 {
		t.Errorf("of 2000 texts that do not have the word, only %d are told", excluded)
	}
}
