package instance

import (
	"crypto/sha256"
	"sync"
)

// maxKept is how many chunks progress remembers. Fluent Bit retries a few at a
// time; a chunk that is forgotten is delivered again from its start.
const maxKept = 4096

// progress remembers which records of chunks that have to come again are
// settled, so that they are not sent twice. A chunk is known by its content:
// Fluent Bit gives a plugin no other name for it.
type progress struct {
	mu sync.Mutex
	// chunks holds several entries for chunks of the same content.
	chunks map[[32]byte][]*settled
}

// take returns what is settled of the chunk, or nil, and forgets it. While
// nothing is remembered, which is the rule, it costs nothing.
func (p *progress) take(data []byte) *settled {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.chunks) == 0 {
		return nil
	}
	key := sha256.Sum256(data)
	same := p.chunks[key]
	switch n := len(same); n {
	case 0:
		return nil
	case 1:
		delete(p.chunks, key)
		return same[0]
	default:
		p.chunks[key] = same[:n-1]
		return same[n-1]
	}
}

func (p *progress) put(data []byte, s *settled) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.chunks == nil {
		p.chunks = map[[32]byte][]*settled{}
	}
	if len(p.chunks) >= maxKept {
		for key := range p.chunks {
			delete(p.chunks, key)
			break
		}
	}
	key := sha256.Sum256(data)
	p.chunks[key] = append(p.chunks[key], s)
}

// settled is a set of records of one chunk, by their place in it. A nil set is empty.
type settled struct {
	bits []uint64
	// memory is the output's: see outputs.Batch.
	memory any
}

func (s *settled) has(n int) bool {
	return s != nil && n/64 < len(s.bits) && s.bits[n/64]&(1<<(n%64)) != 0
}

func (s *settled) add(n int) {
	for n/64 >= len(s.bits) {
		s.bits = append(s.bits, 0)
	}
	s.bits[n/64] |= 1 << (n % 64)
}

func (s *settled) remove(n int) {
	if n/64 < len(s.bits) {
		s.bits[n/64] &^= 1 << (n % 64)
	}
}
