package chunk_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/tinylib/msgp/msgp"

	"winevent/enrich/record"
	"winevent/internal/testchunk"
	"winevent/plugin/chunk"
)

// treeBody reads bodies into a tree.
type treeBody struct {
	record.Record
	root int
}

func (b *treeBody) ReadBody(data []byte) (rest []byte, err error) {
	b.Reset()
	b.root, rest, err = b.ReadMsgpack(data)
	return rest, err
}

// readAll reads a chunk to its end and checks that the entries follow one
// another; between them only group markers may lie.
func readAll(t *testing.T, data []byte) (records []chunk.Record, err error) {
	t.Helper()
	var r chunk.Reader
	var tree treeBody
	r.Reset(data)
	end := 0
	for {
		var rec chunk.Record
		if err = r.Next(&rec, &tree); err != nil {
			break
		}
		if rec.Offset < end || rec.End <= rec.Offset || rec.End > len(data) {
			t.Fatalf("an entry from %d to %d, after one that ends at %d", rec.Offset, rec.End, end)
		}
		checkTree(t, &rec, &tree)
		checkMarkers(t, data[end:rec.Offset])
		end = rec.End
		records = append(records, rec)
	}
	var corrupt *chunk.CorruptError
	switch {
	case errors.Is(err, io.EOF):
		checkMarkers(t, data[end:])
		err = nil
	case errors.As(err, &corrupt):
		checkMarkers(t, data[end:corrupt.Offset])
	default:
		t.Fatalf("unexpected error %v", err)
	}
	var rec chunk.Record
	if again := r.Next(&rec, &tree); (err == nil) != errors.Is(again, io.EOF) || err != nil && again.Error() != err.Error() {
		t.Fatalf("after %v, Next says %v", err, again)
	}
	return records, err
}

// checkMarkers checks that b, which the reader passed over, is nothing but
// group markers: arrays of two with a negative time.
func checkMarkers(t *testing.T, b []byte) {
	t.Helper()
	for len(b) > 0 {
		n, inside, err := msgp.ReadArrayHeaderBytes(b)
		if err != nil || n != 2 {
			t.Fatalf("% x was passed over; it is no group marker", b)
		}
		if n, deeper, err := msgp.ReadArrayHeaderBytes(inside); err == nil && n == 2 {
			inside = deeper
		}
		if !isMarker(inside) {
			t.Fatalf("% x was passed over; its time marks no group", b)
		}
		if b, err = msgp.Skip(b); err != nil {
			t.Fatal(err)
		}
	}
}

func isMarker(b []byte) bool {
	switch msgp.NextType(b) {
	case msgp.IntType:
		v, _, err := msgp.ReadInt64Bytes(b)
		return err == nil && (v == -1 || v == -2)
	case msgp.Float64Type, msgp.Float32Type:
		v, _, err := msgp.ReadFloat64Bytes(b)
		if err != nil {
			f, _, _ := msgp.ReadFloat32Bytes(b)
			v = float64(f)
		}
		return math.Trunc(v) == -1 || math.Trunc(v) == -2
	}
	raw := msgp.RawExtension{Type: 0}
	if _, err := msgp.ReadExtensionBytes(b, &raw); err != nil || len(raw.Data) != 8 {
		return false
	}
	v := int32(binary.BigEndian.Uint32(raw.Data))
	return v == -1 || v == -2
}

var (
	body     = []byte("\x81\xa1a\x01") // {"a":1}
	metadata = []byte("\x81\xa1m\x02") // {"m":2}
)

// entry is [[time, metadata], body], or [time, body] without metadata.
func entry(timestamp, metadata, body []byte) []byte {
	b := []byte{0x92}
	if metadata != nil {
		b = append(b, 0x92)
	}
	return append(append(append(b, timestamp...), metadata...), body...)
}

func ext(sec int32, nsec uint32) []byte { return testchunk.AppendTime(nil, sec, nsec) }

func TestTimes(t *testing.T) {
	for name, c := range map[string]struct {
		time []byte
		want string
	}{
		"event time":                   {ext(1533669897, 112333400), "2018-08-07T19:24:57.112333400Z"},
		"event time, ext 8":            {append([]byte{0xc7, 8, 0}, ext(1533669897, 1)[2:]...), "2018-08-07T19:24:57.000000001Z"},
		"event time after 2038":        {ext(math.MinInt32, 0), "2038-01-19T03:14:08.000000000Z"},
		"the last but the markers":     {ext(-3, 0), "2106-02-07T06:28:13.000000000Z"},
		"zero":                         {ext(0, 0), "1970-01-01T00:00:00.000000000Z"},
		"integer":                      {msgp.AppendInt64(nil, 1533669897), "2018-08-07T19:24:57.000000000Z"},
		"unsigned integer":             {msgp.AppendUint32(nil, 1533669897), "2018-08-07T19:24:57.000000000Z"},
		"64-bit integer":               {append([]byte{0xd3, 0, 0, 0, 0}, 0x5b, 0x69, 0xf1, 0x89), "2018-08-07T19:22:49.000000000Z"},
		"float":                        {msgp.AppendFloat64(nil, 1533669897.5), "2018-08-07T19:24:57.500000000Z"},
		"float of 32 bits":             {msgp.AppendFloat32(nil, 0.25), "1970-01-01T00:00:00.250000000Z"},
		"the end of the year 9999":     {msgp.AppendInt64(nil, 253402300799), "9999-12-31T23:59:59.000000000Z"},
		"float, end of the year 9999":  {msgp.AppendFloat64(nil, 253402300799), "9999-12-31T23:59:59.000000000Z"},
		"float just below a second":    {msgp.AppendFloat64(nil, 1.9999999999), "1970-01-01T00:00:01.999999999Z"},
		"a negative one that is no -1": {msgp.AppendInt64(nil, -3), "2106-02-07T06:28:13.000000000Z"},
	} {
		for framing, metadata := range map[string][]byte{"old": nil, "new": metadata} {
			data := entry(c.time, metadata, body)
			records, err := readAll(t, data)
			if err != nil || len(records) != 1 {
				t.Errorf("%s, %s framing: %d records, %v", name, framing, len(records), err)
				continue
			}
			r := records[0]
			if got := string(r.Time.Append(nil)); got != c.want || !r.Time.Set {
				t.Errorf("%s, %s framing: %s, want %s", name, framing, got, c.want)
			}
			if !bytes.Equal(r.Body, body) || !bytes.Equal(r.Metadata, metadata) || r.Offset != 0 || r.End != len(data) {
				t.Errorf("%s, %s framing: %+v", name, framing, r)
			}
		}
	}
}

// Arrays in their long forms are arrays too.
func TestLongHeaders(t *testing.T) {
	data := append([]byte{0xdc, 0, 2, 0xdd, 0, 0, 0, 2}, ext(5, 0)...)
	data = append(append(data, 0xde, 0, 0), body...)
	records, err := readAll(t, data)
	if err != nil || len(records) != 1 || !bytes.Equal(records[0].Body, body) || !bytes.Equal(records[0].Metadata, []byte{0xde, 0, 0}) || records[0].Time.Sec != 5 {
		t.Errorf("%+v, %v", records, err)
	}
}

// The body is whatever stands there; what is no map is the enricher's concern.
func TestBodies(t *testing.T) {
	for _, body := range [][]byte{{0x80}, {0xc0}, {0x93, 1, 2, 3}, {0xa1, 'x'}, {0x92, 1, 2}} {
		for _, metadata := range [][]byte{nil, {0x80}} {
			records, err := readAll(t, entry(ext(5, 6), metadata, body))
			if err != nil || len(records) != 1 || !bytes.Equal(records[0].Body, body) || records[0].Time.Sec != 5 {
				t.Errorf("% x: %+v, %v", body, records, err)
			}
		}
	}
}

func TestGroupMarkers(t *testing.T) {
	var data []byte
	group := func(inside ...byte) {
		data = append(data, entry(ext(-1, 0), metadata, body)...)
		for _, n := range inside {
			data = append(data, entry(ext(int32(n), 0), []byte{0x80}, []byte{n})...)
		}
		data = append(data, entry(ext(-2, 0), []byte{0x80}, body)...)
	}
	group(1, 2)
	group()
	data = append(data, entry([]byte{0xff}, nil, body)...) // -1 as a number
	data = append(data, entry([]byte{0xfe}, metadata, body)...)
	group(3)
	records, err := readAll(t, data)
	if err != nil || len(records) != 3 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for i, r := range records {
		if !bytes.Equal(r.Body, []byte{byte(i + 1)}) {
			t.Errorf("record %d has the body % x", i, r.Body)
		}
	}
}

func TestEmptyChunks(t *testing.T) {
	for name, data := range map[string][]byte{"nil": nil, "empty": {}, "only markers": append(entry(ext(-1, 0), metadata, body), entry(ext(-2, 0), metadata, body)...)} {
		if records, err := readAll(t, data); err != nil || len(records) != 0 {
			t.Errorf("%s: %d records, %v", name, len(records), err)
		}
	}
	var zero chunk.Reader
	if err := zero.Next(new(chunk.Record), new(treeBody)); !errors.Is(err, io.EOF) {
		t.Errorf("the zero Reader: %v", err)
	}
}

// Entries that have not the form of a record come whole: nothing that Fluent
// Bit hands over may disappear.
func TestEntriesThatAreNoRecords(t *testing.T) {
	good := entry(ext(5, 0), metadata, body)
	for name, garbage := range map[string][]byte{
		"nil":                          {0xc0},
		"an integer":                   {7},
		"a text":                       {0xa2, 'h', 'i'},
		"a map":                        body,
		"an array of none":             {0x90},
		"an array of one":              {0x91, 1},
		"an array of three":            {0x93, 1, 2, 3},
		"an extension":                 ext(1, 2),
		"a text for the time":          entry([]byte{0xa1, '5'}, nil, body),
		"nil for the time":             entry([]byte{0xc0}, metadata, body),
		"an array of one for the time": append([]byte{0x92, 0x91}, append(ext(5, 0), body...)...),
		"another extension":            entry(append([]byte{0xd7, 1}, make([]byte, 8)...), metadata, body),
		"an extension of 4 bytes":      entry([]byte{0xd6, 0, 0, 0, 0, 5}, metadata, body),
		"too many nanoseconds":         entry(ext(5, 1_000_000_000), metadata, body),
		"after the year 9999":          entry(msgp.AppendInt64(nil, 253402300800), metadata, body),
		"far before 1970":              entry(msgp.AppendInt64(nil, math.MinInt32-1), metadata, body),
		"the smallest integer":         entry(msgp.AppendInt64(nil, math.MinInt64), metadata, body),
		"the largest integer":          entry(msgp.AppendUint64(nil, math.MaxUint64), metadata, body), // no -1, whatever its bits
		"the largest but one":          entry(msgp.AppendUint64(nil, math.MaxUint64-1), nil, body),
		"2^63":                         entry(msgp.AppendUint64(nil, 1<<63), nil, body),
		"not a number":                 entry(msgp.AppendFloat64(nil, math.NaN()), metadata, body),
		"infinity":                     entry(msgp.AppendFloat64(nil, math.Inf(1)), metadata, body),
		"a huge float":                 entry(msgp.AppendFloat64(nil, 1e300), nil, body),
		"a negative huge float":        entry(msgp.AppendFloat64(nil, -1e300), nil, body),
		"a number for the metadata":    entry(ext(5, 0), []byte{7}, body),
		"an array for the metadata":    entry(ext(5, 0), []byte{0x91, 1}, body),
		"deep":                         bytes.Repeat([]byte{0x91}, 100_000),
	} {
		if name == "deep" {
			garbage = append(garbage, 0xc0)
		}
		records, err := readAll(t, bytes.Join([][]byte{good, garbage, good}, nil))
		if err != nil || len(records) != 3 {
			t.Errorf("%s: %d records, %v", name, len(records), err)
			continue
		}
		r := records[1]
		if !bytes.Equal(r.Body, garbage) || r.Metadata != nil || r.Time.Set || r.Offset != len(good) || r.End != len(good)+len(garbage) {
			t.Errorf("%s: %+v", name, r)
		}
		if !bytes.Equal(records[0].Body, body) || !bytes.Equal(records[2].Body, body) {
			t.Errorf("%s: the records before and behind are %+v and %+v", name, records[0], records[2])
		}
	}
}

// mixed is a chunk with both framings, markers and something that is no record; starts are where its entries begin.
func mixed(t *testing.T) (data []byte, starts []int) {
	t.Helper()
	at := time.Unix(1533669897, 112333400)
	add := func(b []byte, err error) {
		if err != nil {
			t.Fatal(err)
		}
		starts = append(starts, len(data))
		data = b
	}
	line := []byte(`{"ProviderName":"P","EventID":1,"EventData":{"a":[1,-2,0.5,null,true],"b":"` + strings.Repeat("x", 300) + `"}}`)
	add(testchunk.AppendLine(data, line, at, testchunk.WithMetadata))
	add(testchunk.AppendLine(data, []byte(`{}`), at, testchunk.Plain))
	add(append(data, entry(ext(-1, 0), metadata, body)...), nil)
	add(append(data, 0xc0), nil)
	add(append(data, entry(ext(-2, 0), metadata, body)...), nil)
	add(testchunk.AppendLine(data, []byte(`{"log":"x"}`), at, testchunk.Plain))
	return data, starts
}

func TestMixedChunk(t *testing.T) {
	data, starts := mixed(t)
	records, err := readAll(t, data)
	if err != nil || len(records) != 4 {
		t.Fatalf("%d records, %v", len(records), err)
	}
	for i, entry := range []int{0, 1, 3, 5} {
		if records[i].Offset != starts[entry] {
			t.Errorf("record %d begins at %d, want %d", i, records[i].Offset, starts[entry])
		}
	}
	for _, i := range []int{0, 1, 3} {
		if records[i].Time.Sec != 1533669897 || records[i].Time.Nsec != 112333400 {
			t.Errorf("record %d has the time %s", i, records[i].Time.Append(nil))
		}
	}
}

// What stands before the damage is read, and the error says where the damage begins.
func TestTruncatedAtEveryByte(t *testing.T) {
	data, starts := mixed(t)
	whole, err := readAll(t, data)
	if err != nil {
		t.Fatal(err)
	}
	for cut := range len(data) {
		records, err := readAll(t, data[:cut])
		entryStart := 0
		for _, s := range append(starts, len(data)) {
			if s <= cut {
				entryStart = s
			}
		}
		want := 0
		for want < len(whole) && whole[want].End <= cut {
			want++
		}
		if len(records) != want {
			t.Fatalf("cut at %d: %d records, want %d", cut, len(records), want)
		}
		var corrupt *chunk.CorruptError
		switch {
		case cut == entryStart && err != nil:
			t.Fatalf("cut at %d, between entries: %v", cut, err)
		case cut == entryStart:
		case !errors.As(err, &corrupt) || corrupt.Offset != entryStart || !errors.Is(err, record.ErrTruncated):
			t.Fatalf("cut at %d: %v, want the offset %d", cut, err, entryStart)
		}
	}
}

func TestCorruptChunk(t *testing.T) {
	good := entry(ext(5, 0), metadata, body)
	for name, c := range map[string]struct {
		bad []byte
		err error
	}{
		"no msgpack":          {[]byte{0xc1}, record.ErrReserved},
		"no msgpack inside":   {[]byte{0x92, 0x92, 0xc1, 0, 0}, record.ErrReserved},
		"a lying array":       {[]byte{0xdd, 0xff, 0xff, 0xff, 0xff}, record.ErrTruncated},
		"a lying map inside":  {[]byte{0x92, 5, 0xdf, 0xff, 0xff, 0xff, 0xff}, record.ErrTruncated},
		"a lying text":        {[]byte{0x92, 5, 0xdb, 0xff, 0xff, 0xff, 0xff, 'x'}, record.ErrTruncated},
		"a million levels":    {bytes.Repeat([]byte{0x91}, 1_000_000), record.ErrTruncated},
		"half an event time":  {[]byte{0x92, 0xd7, 0, 1, 2}, record.ErrTruncated},
		"a header and no end": {[]byte{0x92}, record.ErrTruncated},
	} {
		records, err := readAll(t, append(append(bytes.Clone(good), good...), c.bad...))
		var corrupt *chunk.CorruptError
		if !errors.As(err, &corrupt) || corrupt.Offset != 2*len(good) || !errors.Is(err, c.err) || len(records) != 2 {
			t.Errorf("%s: %d records, %v", name, len(records), err)
		}
	}
}

// checkTree checks that the tree is that of the record's body, and of nothing else.
func checkTree(t *testing.T, rec *chunk.Record, tree *treeBody) {
	t.Helper()
	var own record.Record
	root, rest, err := own.ReadMsgpack(rec.Body)
	if !errors.Is(rec.Err, err) || err == nil && len(rest) > 0 {
		t.Fatalf("the body is read with %v, alone with %v and %d bytes left", rec.Err, err, len(rest))
	}
	if err != nil {
		return
	}
	var names record.Names
	want, _ := own.AppendJSON(nil, root, &names)
	names.Reset()
	if got, _ := tree.AppendJSON(nil, tree.root, &names); tree.Len() != own.Len() || !bytes.Equal(got, want) {
		t.Fatalf("the tree is %s, the body's %s", got, want)
	}
}

// A Reader can be used again, for a chunk that follows one that was broken.
func TestReset(t *testing.T) {
	var r chunk.Reader
	var rec chunk.Record
	var tree treeBody
	r.Reset([]byte{0xc1})
	if err := r.Next(&rec, &tree); err == nil {
		t.Fatal("0xc1 is read")
	}
	r.Reset(entry(ext(5, 0), nil, body))
	if err := r.Next(&rec, &tree); err != nil || rec.Metadata != nil || rec.Time.Sec != 5 {
		t.Errorf("%+v, %v", rec, err)
	}
}
