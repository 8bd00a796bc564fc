package elasticsearch

import (
	"bytes"

	"github.com/klauspost/compress/gzip"

	"winevent/outputs"
)

// maxIndexName is Elasticsearch's limit, in bytes.
const maxIndexName = 255

// builder makes the bodies of bulk requests. It is used by one at a time.
type builder struct {
	plain  []byte
	packed bytes.Buffer
	zip    *gzip.Writer
}

// build returns the body for documents. It is valid until the next call.
func (w *builder) build(b *outputs.Batch, docs []int, compress bool) ([]byte, error) {
	w.plain = w.plain[:0]
	for _, i := range docs {
		w.plain = appendIndexName(append(w.plain, `{"create":{"_index":"`...), b.Attribute(i, 0))
		w.plain = append(append(w.plain, `","_id":"`...), b.ID(i)...)
		w.plain = append(append(append(w.plain, "\"}}\n"...), b.Doc(i)...), '\n')
	}
	if !compress {
		return w.plain, nil
	}
	w.packed.Reset()
	if w.zip == nil {
		// The fastest level: one a little higher costs twice the processor time for a tenth of the size.
		w.zip, _ = gzip.NewWriterLevel(&w.packed, gzip.BestSpeed)
	} else {
		w.zip.Reset(&w.packed)
	}
	if _, err := w.zip.Write(w.plain); err != nil {
		return nil, err
	}
	err := w.zip.Close()
	return w.packed.Bytes(), err
}

// overhead is the size of an action line without the index's name.
const overhead = 70

// sizeOf is about how much a document adds to a body.
func sizeOf(b *outputs.Batch, i int) int64 {
	return int64(len(b.Doc(i)) + len(b.Attribute(i, 0)) + overhead)
}

// appendIndexName appends a legal name: lower case, and what Elasticsearch does
// not allow in names becomes an underline.
func appendIndexName(dst, text []byte) []byte {
	n := len(dst)
	for _, c := range text[:min(len(text), maxIndexName)] {
		switch {
		case 'A' <= c && c <= 'Z':
			c += 'a' - 'A'
		case c <= ' ', c >= 0x7f:
			c = '_'
		default:
			switch c {
			case '\\', '/', '*', '?', '"', '<', '>', '|', ',', '#', ':':
				c = '_'
			}
		}
		if len(dst) == n && (c == '-' || c == '_' || c == '+' || c == '.') {
			continue // no name begins with it
		}
		dst = append(dst, c)
	}
	if len(dst) == n {
		return append(dst, "winevent"...)
	}
	return dst
}
