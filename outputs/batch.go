package outputs

// maxKept is the memory, in bytes, that a batch keeps between two uses in any
// case; more than that while the next use needs a good part of it.
const maxKept = 64 << 20

// Batch is the documents of one flush, in one piece of memory. It is reused;
// it is not safe for concurrent use while documents are added.
type Batch struct {
	buf  []byte
	docs []doc
	// attributes of all documents, one after the other, and where each ends.
	attributes []byte
	ends       []int

	// Memory is what an output wants to know when the batch of the same chunk
	// comes again: Write finds here what it left when it last failed, or nil,
	// and leaves what the next Write is to find.
	Memory any
}

type doc struct {
	start, end int
	record     int
	id         [32]byte
}

// expansion is about how many times as large as records documents are, with
// their remediation. What does not fit makes the batch's memory grow, which copies it.
const expansion = 4

// Reset empties the batch and makes room for the documents of so many bytes of
// records. It keeps its memory, unless that grew beyond a ceiling and is much
// more than it needs now.
func (b *Batch) Reset(records int) {
	room := records * expansion
	if cap(b.buf) > max(maxKept, 4*room) {
		b.buf = nil
	}
	if cap(b.buf) < room {
		b.buf = make([]byte, 0, room)
	}
	b.buf, b.docs = b.buf[:0], b.docs[:0]
	b.attributes, b.ends = b.attributes[:0], b.ends[:0]
	b.Memory = nil
}

// Begin returns the memory to append the next document to.
func (b *Batch) Begin() []byte { return b.buf }

// Commit takes the document that was appended to what Begin returned. record
// is the record's place in the chunk, id the document's event.id.
func (b *Batch) Commit(buf []byte, record int, id []byte) {
	d := doc{start: len(b.buf), end: len(buf), record: record}
	copy(d.id[:], id)
	// Every document is followed by a line end, so that all of them together are NDJSON.
	b.buf = append(buf, '\n')
	b.docs = append(b.docs, d)
}

// BeginAttribute returns the memory to append an attribute of the document to
// that was committed last. An attribute is what a destination wants to know of
// a document without reading it: a topic, a key. All documents of a batch have
// the same number of them, in the same order.
func (b *Batch) BeginAttribute() []byte { return b.attributes }

// CommitAttribute takes the attribute that was appended to what BeginAttribute returned.
func (b *Batch) CommitAttribute(buf []byte) {
	b.attributes = buf
	b.ends = append(b.ends, len(buf))
}

// Attribute returns attribute n of document i. It is valid until Reset.
func (b *Batch) Attribute(i, n int) []byte {
	at := i*(len(b.ends)/len(b.docs)) + n
	start := 0
	if at > 0 {
		start = b.ends[at-1]
	}
	return b.attributes[start:b.ends[at]]
}

// Len is the number of documents.
func (b *Batch) Len() int { return len(b.docs) }

// Doc returns document i without its line end. It is valid until Reset.
func (b *Batch) Doc(i int) []byte { return b.buf[b.docs[i].start:b.docs[i].end] }

// ID returns the event.id of document i. It is valid until Reset.
func (b *Batch) ID(i int) []byte { return b.docs[i].id[:] }

// Record returns the place in the chunk of the record that document i was made of.
func (b *Batch) Record(i int) int { return b.docs[i].record }

// NDJSON returns all documents, each followed by a line end. It is valid until Reset.
func (b *Batch) NDJSON() []byte { return b.buf }
