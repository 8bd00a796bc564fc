package record_test

import (
	"bytes"
	"errors"
	"testing"

	"winevent/enrich/record"
	"winevent/internal/jsoncheck"
	"winevent/internal/samples"
	"winevent/internal/testchunk"
)

// sampleLines returns the first lines of each recorded file.
func sampleLines(f *testing.F, n int) (lines [][]byte) {
	f.Helper()
	for _, path := range samples.Files() {
		all, err := samples.Lines(path)
		if err != nil {
			f.Fatal(err)
		}
		lines = append(lines, all[:min(n, len(all))]...)
	}
	return lines
}

// checkWritten writes the tree at index root and checks that it is good JSON.
func checkWritten(t *testing.T, r *record.Record, root int) {
	t.Helper()
	var names record.Names
	out, _ := r.AppendJSON(nil, root, &names)
	if err := jsoncheck.Document(out); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
}

func FuzzReadMsgpack(f *testing.F) {
	for _, line := range sampleLines(f, 2) {
		if b, err := testchunk.JSON(line); err == nil { // one file holds XML
			f.Add(b)
		}
	}
	for _, seed := range []string{
		"", "\xc0", "\xc1", "\x93\x01\xff\xc3", "\x81\xa1a\x01", "\x82\x01\x02\xff\x03", "\x82\xa1a\x01\xa1a\x02", "\x81\xc4\x01\xff\xca\x7f\xc0\x00\x00", "\x81\xc0\x01",
		"\xd7\x00\x00\x00\x00\x01\x00\x00\x00\x02", "\xc7\x00\x05", "\xdd\xff\xff\xff\xff", "\xdb\x00\x00\x00\x01x", "\xdf\x00\x00\x00\x01\x01\x01", "\xcf\xff\xff\xff\xff\xff\xff\xff\xff", "\xd3\x80\x00\x00\x00\x00\x00\x00\x00",
	} {
		f.Add([]byte(seed))
	}
	f.Add(bytes.Repeat([]byte{0x91}, 70))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r record.Record
		root, rest, err := r.ReadMsgpack(b)
		skipped, skipErr := record.SkipMsgpack(b)
		switch {
		case err == nil:
			if skipErr != nil || len(skipped) != len(rest) {
				t.Fatalf("SkipMsgpack leaves %d bytes (%v), ReadMsgpack %d", len(skipped), skipErr, len(rest))
			}
			if want := msgpNode(t, &r, root, b); len(want) != len(rest) {
				t.Fatalf("%d bytes are left, msgp leaves %d", len(rest), len(want))
			}
			checkWritten(t, &r, root)
		case errors.Is(err, record.ErrTruncated), errors.Is(err, record.ErrReserved):
			if !errors.Is(skipErr, err) {
				t.Fatalf("ReadMsgpack says %v, SkipMsgpack %v", err, skipErr)
			}
		case !errors.Is(err, record.ErrTooDeep) && !errors.Is(err, record.ErrTooMany) && !errors.Is(err, record.ErrKey):
			t.Fatalf("unexpected error %v", err)
		}
		if r.Len() > len(b) {
			t.Fatalf("%d nodes from %d bytes", r.Len(), len(b))
		}
	})
}

func FuzzReadJSON(f *testing.F) {
	for _, line := range sampleLines(f, 2) {
		f.Add(line)
	}
	for _, text := range jsonTexts {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		before := bytes.Clone(text)
		checkJSON(t, text)
		if !bytes.Equal(before, text) {
			t.Fatalf("reading changed %q to %q", before, text)
		}
		var r record.Record
		if root, err := r.ReadJSON(text); err == nil {
			checkWritten(t, &r, root)
		}
	})
}
