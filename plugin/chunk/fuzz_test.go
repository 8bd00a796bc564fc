package chunk_test

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"winevent/enrich/record"
	"winevent/internal/samples"
	"winevent/internal/testchunk"
	"winevent/plugin/chunk"
)

func FuzzChunk(f *testing.F) {
	at := time.Unix(1533669897, 112333400)
	for _, path := range samples.Files() {
		lines, err := samples.Lines(path)
		if err != nil {
			f.Fatal(err)
		}
		var data []byte
		for i, line := range lines[:min(3, len(lines))] {
			if with, err := testchunk.AppendLine(data, line, at, testchunk.Framing(i%2)); err == nil { // one file holds XML
				data = with
			}
		}
		f.Add(data)
	}
	for _, seed := range [][]byte{
		entry(ext(5, 6), metadata, body), entry(ext(5, 6), nil, body), entry(ext(-1, 0), metadata, body), entry([]byte{0xfe}, nil, body),
		entry([]byte{0xcb, 0x3f, 0xf0, 0, 0, 0, 0, 0, 0}, metadata, body), entry([]byte{0xcf, 255, 255, 255, 255, 255, 255, 255, 255}, nil, body),
		{0xc0, 0x91, 1, 0x93, 1, 2, 3, 0xc1}, {0xdd, 255, 255, 255, 255}, bytes.Repeat([]byte{0x92}, 100),
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		records, err := readAll(t, data)
		for _, r := range records {
			entry := data[r.Offset:r.End]
			if rest, err := record.SkipMsgpack(entry); err != nil || len(rest) != 0 {
				t.Fatalf("the entry % x is not one value: %v", entry, err)
			}
			if rest, err := record.SkipMsgpack(r.Body); err != nil || len(rest) != 0 || !bytes.HasSuffix(entry, r.Body) {
				t.Fatalf("the body % x is not one value at the end of % x: %v", r.Body, entry, err)
			}
			if !r.Time.Set && (len(r.Body) != len(entry) || r.Metadata != nil) {
				t.Fatalf("% x has no time, but is taken apart", entry)
			}
			if r.Metadata != nil {
				if m, _, err := record.ReadLeaf(r.Metadata); err != nil || m.Kind != record.Map {
					t.Fatalf("the metadata % x are no map: %v", r.Metadata, err)
				}
			}
			if r.Time.Sec < 0 || r.Time.Nsec < 0 || r.Time.Nsec > 999_999_999 {
				t.Fatalf("% x has the time %+v", entry, r.Time)
			}
		}
		var corrupt *chunk.CorruptError
		if errors.As(err, &corrupt) {
			if _, err := record.SkipMsgpack(data[corrupt.Offset:]); !errors.Is(corrupt, err) || err == nil {
				t.Fatalf("%v; but SkipMsgpack says %v", corrupt, err)
			}
		}
	})
}
