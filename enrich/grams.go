package enrich

// grams notes which pairs of neighbouring bytes a text has, so that of many
// words those that cannot be in a long text need not be looked for. It is a
// filter: mayContain is never wrong when it says no.
type grams struct {
	bits [1 << gramBits / 64]uint64
}

// gramBits is how many bits of a pair are told apart.
const gramBits = 12

func gram(a, b byte) uint { return (uint(a)<<5 ^ uint(b)) & (1<<gramBits - 1) }

// note takes a text; what was noted before is forgotten.
func (g *grams) note(text []byte) {
	g.bits = [len(g.bits)]uint64{}
	for i := 1; i < len(text); i++ {
		n := gram(text[i-1], text[i])
		g.bits[n/64] |= 1 << (n % 64)
	}
}

// mayContain tells whether the text has all pairs of the word.
func (g *grams) mayContain(word []byte) bool {
	for i := 1; i < len(word); i++ {
		n := gram(word[i-1], word[i])
		if g.bits[n/64]&(1<<(n%64)) == 0 {
			return false
		}
	}
	return true
}
