package e2e

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"sync"
	"testing"
	"time"

	"winevent/internal/kafkatest"
	"winevent/internal/samples"
	"winevent/internal/testchunk"
)

// chunkRecords is the number of records of a chunk: about the 2 MB at which
// Fluent Bit closes one.
const chunkRecords = 2000

// firstRecordID is the record id of record 0. All of them need 64 bits.
const firstRecordID = 1 << 40

// numbered are recorded events to make many of, each with a record id of its
// own: what stands before the record id, and behind it.
type numbered [][2][]byte

var recordID = regexp.MustCompile(`"EventRecordID":\d+`)

// recorded are made once, as it takes a while.
var recorded = sync.OnceValues(func() (numbered, error) {
	const placeholder = 0x7aa55aa55aa55aa5
	marked := fmt.Appendf(nil, `"EventRecordID":%d`, placeholder)
	where := binary.BigEndian.AppendUint64(nil, placeholder)
	lines, err := samples.Lines(samples.Dir("samples", "winevtlog_stringinserts.jsonl.gz"))
	if err != nil {
		return nil, err
	}
	var all numbered
	for _, line := range lines {
		body, err := testchunk.JSON(recordID.ReplaceAll(line, marked))
		if err != nil {
			return nil, err
		}
		before, behind, found := bytes.Cut(body, where)
		if !found {
			return nil, fmt.Errorf("no record id: %.200s", line)
		}
		all = append(all, [2][]byte{before, behind})
	}
	return all, nil
})

func numberedEvents(t *testing.T) numbered {
	t.Helper()
	all, err := recorded()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// chunk makes the chunk of the records from a number on, up to another.
func (all numbered) chunk(from, to int) []byte {
	var chunk, body []byte
	for n := from; n < to; n++ {
		r := all[n%len(all)]
		body = append(body[:0], r[0]...)
		body = binary.BigEndian.AppendUint64(body, uint64(firstRecordID+n))
		body = append(body, r[1]...)
		chunk = testchunk.AppendRecord(chunk, body, readAt.Add(time.Duration(n)*time.Millisecond), testchunk.WithMetadata)
	}
	return chunk
}

// ledger is how often each numbered record is in a topic.
type ledger struct {
	count []uint8
	ids   map[[16]byte]int
	// last is the record that came last, by chunk and key: within a chunk, the
	// records of a key stay in order.
	last map[string]int
}

// account reads a topic that numbered records were sent to. Records that are
// lost, changed or unexplained are the test's failure; the caller looks at those
// that came more than once.
func account(t *testing.T, c *kafkatest.Cluster, topic string, total int) *ledger {
	t.Helper()
	l := &ledger{count: make([]uint8, total), ids: make(map[[16]byte]int, total), last: map[string]int{}}
	faults, messages := 0, 0
	c.Each(t, topic, func(m kafkatest.Message) {
		messages++
		if err := l.add(&m); err != nil {
			if faults++; faults <= 10 {
				t.Errorf("partition %d offset %d: %v: %.300s", m.Partition, m.Offset, err, m.Value)
			}
		}
	})
	if lost := total - len(l.ids); lost != 0 || faults > 0 {
		t.Errorf("%d of %d records are lost, %d messages are wrong", lost, total, faults)
	}
	t.Logf("%d records in %d messages", total, messages)
	return l
}

func (l *ledger) add(m *kafkatest.Message) error {
	n, err := number(m.Value)
	if err != nil {
		return err
	}
	if n < 0 || n >= len(l.count) {
		return fmt.Errorf("record %d was never sent", n)
	}
	if n%50 == 0 && !json.Valid(m.Value) { // each would take longer than all else
		return errors.New("no valid JSON")
	}
	var id [16]byte
	text := header(m, "event.id")
	if size, err := hex.Decode(id[:], []byte(text)); err != nil || size != len(id) || !bytes.Contains(m.Value, []byte(`"id":"`+text+`"`)) {
		return fmt.Errorf("event.id %q in the header", text)
	}
	other, known := l.ids[id]
	switch {
	case known && other != n:
		return fmt.Errorf("records %d and %d have the same event.id", n, other)
	case !known && l.count[n] > 0:
		return fmt.Errorf("record %d came before with another event.id", n)
	}
	l.ids[id] = n
	if l.count[n]++; l.count[n] > 1 {
		return nil // a repetition comes late
	}
	place := fmt.Sprintf("%d %s", n/chunkRecords, m.Key)
	if last, known := l.last[place]; known && n < last {
		return fmt.Errorf("record %d of key %s comes after %d", n, m.Key, last)
	}
	l.last[place] = n
	return nil
}

// twice returns how many records came more than once, of those that a condition holds for.
func (l *ledger) twice(of func(n int) bool) (records int) {
	for n, count := range l.count {
		if count > 1 && of(n) {
			records++
		}
	}
	return records
}

func every(int) bool { return true }

// number is the number of the record that a document was made of.
func number(document []byte) (int, error) {
	const name = `"record_id":"`
	_, text, _ := bytes.Cut(document, []byte(name))
	text, _, _ = bytes.Cut(text, []byte(`"`))
	id, err := strconv.Atoi(string(text))
	return id - firstRecordID, err
}

// header returns the value of a message's header, "" when it is not there.
func header(m *kafkatest.Message, key string) string {
	for _, h := range m.Headers {
		if h.Key == key {
			return string(h.Value)
		}
	}
	return ""
}
