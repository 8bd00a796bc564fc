package kafka

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go/protocol"
)

type testRecord struct {
	key, value string
	headers    []header
}

// testRecords are records of all sizes, one of them with nothing in it.
func testRecords() []testRecord {
	random := rand.New(rand.NewPCG(1, 2))
	list := []testRecord{{}, {key: "k"}, {value: "v"}, {value: strings.Repeat("x", 300_000)}}
	for n := range 300 {
		r := testRecord{key: fmt.Sprintf("host%d", n%7), value: fmt.Sprintf(`{"n":%d,"pad":%q}`, n, strings.Repeat("ab", random.IntN(400)))}
		for h := range n % 5 {
			r.headers = append(r.headers, header{fmt.Sprintf("header%d", h), []byte(strings.Repeat("h", h*n))})
		}
		list = append(list, r)
	}
	return list
}

// TestRecordBatchIsReadByTheLibrary encodes with every codec and reads with kafka-go's own reader.
func TestRecordBatchIsReadByTheLibrary(t *testing.T) {
	for _, name := range Compressions {
		t.Run(name, func(t *testing.T) {
			c, err := newCompressor(name)
			if err != nil {
				t.Fatal(err)
			}
			e := newEncoder(c)
			for range 2 { // the second time with used memory
				batch := encode(t, e, testRecords())
				stamp(batch, producer{id: 42, epoch: 3}, 1000)
				check(t, batch, testRecords())
			}
		})
	}
}

func encode(t *testing.T, e *encoder, records []testRecord) []byte {
	t.Helper()
	e.reset(0)
	for _, r := range records {
		e.add([]byte(r.key), []byte(r.value), r.headers)
	}
	batch, err := e.seal(1_700_000_000_123)
	if err != nil {
		t.Fatal(err)
	}
	return batch
}

func check(t *testing.T, batch []byte, want []testRecord) {
	t.Helper()
	var set protocol.RecordSet
	n, err := set.ReadFrom(bytes.NewReader(batch))
	if err != nil || n != int64(len(batch)) {
		t.Fatalf("%d of %d bytes read: %v", n, len(batch), err)
	}
	for i, w := range want {
		r, err := set.Records.ReadRecord()
		if err != nil {
			t.Fatalf("record %d: %v", i, err)
		}
		key, value := readAll(t, r.Key), readAll(t, r.Value)
		if key != w.key || value != w.value || r.Offset != int64(i) || !r.Time.Equal(time.UnixMilli(1_700_000_000_123)) {
			t.Fatalf("record %d: key %q, offset %d, time %v, %d bytes of value", i, key, r.Offset, r.Time, len(value))
		}
		var got []string
		for _, h := range r.Headers {
			got = append(got, h.Key+"="+string(h.Value))
		}
		var expected []string
		for _, h := range w.headers {
			if len(h.value) > 0 {
				expected = append(expected, h.key+"="+string(h.value))
			}
		}
		if fmt.Sprint(got) != fmt.Sprint(expected) {
			t.Fatalf("record %d: headers %v, want %v", i, got, expected)
		}
	}
	if _, err := set.Records.ReadRecord(); !errors.Is(err, io.EOF) {
		t.Errorf("after the last record: %v", err)
	}
}

func readAll(t *testing.T, b protocol.Bytes) string {
	t.Helper()
	if b == nil {
		return ""
	}
	text, err := io.ReadAll(b)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestStampedAgain is a batch that gets another place in the sequence: nothing else may change.
func TestStampedAgain(t *testing.T) {
	c, _ := newCompressor("none")
	batch := encode(t, newEncoder(c), testRecords())
	stamp(batch, producer{1, 1}, 7)
	first := bytes.Clone(batch)
	stamp(batch, noProducer, -1)
	if bytes.Equal(first, batch) {
		t.Error("nothing changed")
	}
	check(t, batch, testRecords())
	stamp(batch, producer{1, 1}, 7)
	if !bytes.Equal(first, batch) {
		t.Error("the same stamp makes another batch")
	}
}

func TestEncodingDoesNotAllocate(t *testing.T) {
	for _, name := range []string{"none", "snappy", "zstd"} {
		c, err := newCompressor(name)
		if err != nil {
			t.Fatal(err)
		}
		e := newEncoder(c)
		value, key := bytes.Repeat([]byte("document "), 100), []byte("host")
		headers := newHeaders()
		if n := testing.AllocsPerRun(20, func() {
			e.reset(0)
			for range 100 {
				e.add(key, value, headers[:])
			}
			if _, err := e.seal(1); err != nil {
				t.Fatal(err)
			}
		}); n > 1 {
			t.Errorf("%s: %v allocations for 100 records", name, n)
		}
	}
}

func TestVarintSize(t *testing.T) {
	for _, n := range []int64{0, 1, -1, 63, 64, -64, -65, 8191, 8192, 1 << 31, -1 << 62} {
		if got := varintSize(n); got != len(binary.AppendVarint(nil, n)) {
			t.Errorf("%d: %d", n, got)
		}
	}
}
