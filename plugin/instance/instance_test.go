package instance

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"winevent/enrich"
	"winevent/internal/samples"
	"winevent/internal/testchunk"
	"winevent/outputs"
	"winevent/plugin/config"
)

// recorder is a destination that does what a test tells it, and remembers what
// it acknowledged.
type recorder struct {
	mu    sync.Mutex
	docs  []string
	ids   map[string]int
	write func(call int, b *outputs.Batch) error
	calls int
}

func (r *recorder) Write(_ context.Context, b *outputs.Batch) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	var err error
	if r.write != nil {
		err = r.write(r.calls, b)
	}
	failed := map[int]bool{}
	for _, f := range outputs.Failures(err, b.Len()) {
		failed[f.Index] = true
	}
	for i := range b.Len() {
		if !failed[i] {
			r.docs = append(r.docs, string(b.Doc(i)))
			r.ids[string(b.ID(i))]++
		}
	}
	return err
}

func (r *recorder) Close() error { return nil }

// open returns an instance that writes to a recorder, and the path of its dead letter file.
func open(t *testing.T, options map[string]string) (*Instance, *recorder, string) {
	t.Helper()
	dead := filepath.Join(t.TempDir(), "dead.ndjson")
	c, err := config.Read(func(key string) string {
		if key == "dead_letter_file" {
			return dead
		}
		return options[key]
	})
	if err != nil {
		t.Fatal(err)
	}
	i, err := Open(c, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	r := &recorder{ids: map[string]int{}}
	i.output = r
	t.Cleanup(func() {
		if err := i.Close(); err != nil {
			t.Error(err)
		}
	})
	return i, r, dead
}

// seedLines are real events of the seeds.
func seedLines(t testing.TB) [][]byte {
	t.Helper()
	lines, err := samples.Lines(samples.Dir("samples", "seeds_winevtlog.jsonl.gz"))
	if err != nil {
		t.Fatal(err)
	}
	return lines
}

func chunkOf(t testing.TB, lines ...[]byte) []byte {
	t.Helper()
	data, err := testchunk.OfLines(lines, time.Unix(1767225600, 0), testchunk.WithMetadata)
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func readLetters(t *testing.T, path string) []map[string]string {
	t.Helper()
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		t.Fatal(err)
	}
	var all []map[string]string
	for _, line := range bytes.Split(bytes.TrimSuffix(text, []byte("\n")), []byte("\n")) {
		var l map[string]string
		if err := json.Unmarshal(line, &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

func TestFlushDeliversInOrder(t *testing.T) {
	i, r, dead := open(t, nil)
	lines := seedLines(t)
	if err := i.Flush(chunkOf(t, lines...), "tag"); err != nil {
		t.Fatal(err)
	}
	if len(r.docs) != len(lines) || len(r.ids) != len(lines) || readLetters(t, dead) != nil {
		t.Errorf("%d documents with %d ids of %d records, letters %v", len(r.docs), len(r.ids), len(lines), readLetters(t, dead))
	}
	for n, line := range lines {
		var in struct{ EventID int }
		if err := json.Unmarshal(line, &in); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(r.docs[n], fmt.Sprintf(`"code":"%d"`, in.EventID)) {
			t.Errorf("document %d is not of event %d", n, in.EventID)
		}
	}
}

// TestCorruptRest delivers what could be read and keeps the rest, with its reason, byte for byte.
func TestCorruptRest(t *testing.T) {
	i, r, dead := open(t, nil)
	lines := seedLines(t)[:3]
	good := chunkOf(t, lines...)
	rest := chunkOf(t, seedLines(t)[3])
	rest = rest[:len(rest)-5]
	data := append(bytes.Clone(good), rest...)
	if err := i.Flush(data, "win.sec"); err != nil {
		t.Fatal(err)
	}
	letters := readLetters(t, dead)
	if len(r.docs) != 3 || len(letters) != 1 {
		t.Fatalf("%d documents, %d letters", len(r.docs), len(letters))
	}
	original, err := base64.StdEncoding.DecodeString(letters[0]["original"])
	if err != nil || !bytes.Equal(original, rest) || letters[0]["tag"] != "win.sec" ||
		!strings.Contains(letters[0]["reason"], fmt.Sprintf("from byte %d on", len(good))) || letters[0]["@timestamp"] == "" {
		t.Errorf("%v, %v", letters[0], err)
	}
	if info, err := os.Stat(dead); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", info.Mode(), err)
	}
}

func TestEveryTruncation(t *testing.T) {
	i, r, dead := open(t, nil)
	data := chunkOf(t, seedLines(t)[0])
	for n := range data {
		if err := i.Flush(data[:n], "t"); err != nil {
			t.Fatal(err)
		}
	}
	if len(r.docs) != 0 || len(readLetters(t, dead)) != len(data)-1 {
		t.Errorf("%d documents, %d letters of %d truncations", len(r.docs), len(readLetters(t, dead)), len(data))
	}
}

func permanent(index int, reason string) outputs.Failure {
	return outputs.Failure{Index: index, Err: &outputs.Error{Op: "write", Dest: "test", Err: errors.New(reason)}}
}

func passing(index int) outputs.Failure {
	return outputs.Failure{Index: index, Err: &outputs.Error{Op: "write", Dest: "test", Retryable: true, Err: errors.New("busy")}}
}

// TestRefusedRecord is a record that the destination will never take: it is
// kept with the destination's reason, the others are delivered, the chunk is done.
func TestRefusedRecord(t *testing.T) {
	i, r, dead := open(t, nil)
	r.write = func(int, *outputs.Batch) error {
		return &outputs.BatchError{Failures: []outputs.Failure{permanent(1, "too large")}}
	}
	lines := seedLines(t)[:4]
	data := chunkOf(t, lines...)
	if err := i.Flush(data, "t"); err != nil {
		t.Fatal(err)
	}
	letters := readLetters(t, dead)
	if len(r.docs) != 3 || len(letters) != 1 || !strings.Contains(letters[0]["reason"], "too large") {
		t.Fatalf("%d documents, letters %v", len(r.docs), letters)
	}
	one := len(chunkOf(t, lines[0]))
	original, _ := base64.StdEncoding.DecodeString(letters[0]["original"])
	if two := len(chunkOf(t, lines[:2]...)); !bytes.Equal(original, data[one:two]) {
		t.Error("the letter does not hold the second record's bytes")
	}
}

// TestRetrySendsOnlyWhatIsOpen is the promise of FLB_RETRY: what was
// acknowledged, and what became a letter, does not come a second time.
func TestRetrySendsOnlyWhatIsOpen(t *testing.T) {
	i, r, dead := open(t, nil)
	r.write = func(call int, _ *outputs.Batch) error {
		if call == 1 {
			return &outputs.BatchError{Failures: []outputs.Failure{passing(0), permanent(2, "never"), passing(4)}}
		}
		return nil
	}
	data := append(chunkOf(t, seedLines(t)[:5]...), 0xc1)
	if err := i.Flush(bytes.Clone(data), "t"); err == nil {
		t.Fatal("the first flush left records open and reported none")
	}
	if err := i.Flush(chunkOf(t, seedLines(t)[6]), "t"); err != nil {
		t.Fatalf("another chunk in between: %v", err)
	}
	if err := i.Flush(bytes.Clone(data), "t"); err != nil {
		t.Fatal(err)
	}
	if len(r.docs) != 5 || len(r.ids) != 5 {
		t.Errorf("%d documents with %d ids, want 4 of the chunk and 1 of the other", len(r.docs), len(r.ids))
	}
	if letters := readLetters(t, dead); len(letters) != 2 {
		t.Errorf("%d letters, want the refused record and the corrupt rest, once each", len(letters))
	}
	if len(i.progress.chunks) != 0 {
		t.Error("a finished chunk is still remembered")
	}
	if err := i.Flush(bytes.Clone(data), "t"); err != nil || len(r.docs) != 10 {
		t.Errorf("a new chunk of the same content: %v, %d documents", err, len(r.docs))
	}
}

// TestDeadLetterCannotBeWritten keeps the chunk; nothing that was delivered comes again.
func TestDeadLetterCannotBeWritten(t *testing.T) {
	i, r, dead := open(t, nil)
	if err := os.Mkdir(dead, 0o700); err != nil {
		t.Fatal(err)
	}
	data := append(chunkOf(t, seedLines(t)[:2]...), 0xc1)
	for range 3 {
		if err := i.Flush(data, "t"); err == nil {
			t.Fatal("the corrupt rest is nowhere, and the flush says OK")
		}
	}
	if err := os.Remove(dead); err != nil {
		t.Fatal(err)
	}
	if err := i.Flush(data, "t"); err != nil {
		t.Fatal(err)
	}
	if len(r.docs) != 2 || len(readLetters(t, dead)) != 1 {
		t.Errorf("%d documents, %d letters", len(r.docs), len(readLetters(t, dead)))
	}
}

// TestPanicWhileEnriching costs one record its enrichment and nothing else.
func TestPanicWhileEnriching(t *testing.T) {
	i, r, dead := open(t, nil)
	broken := &work{doc: new(enrich.Document)} // has no Enricher: enriching it panics
	i.works.New = func() any { return broken }
	if err := i.Flush(chunkOf(t, seedLines(t)[:2]...), "t"); err != nil {
		t.Fatal(err)
	}
	letters := readLetters(t, dead)
	if len(r.docs) != 0 || len(letters) != 2 || !strings.Contains(letters[0]["reason"], "internal fault") {
		t.Errorf("%d documents, letters %v", len(r.docs), letters)
	}
}

func TestFilters(t *testing.T) {
	lines := append(seedLines(t)[:0:0], seedLines(t)...)
	lines = append(lines, []byte(`{"no":"event"}`))
	for _, c := range []struct {
		options map[string]string
		keep    func(code string, severity string) bool
	}{
		{map[string]string{"min_severity": "medium"}, func(_, s string) bool { return s != "low" && s != "informational" }},
		{map[string]string{"include_codes": "4946-4950"}, func(c, _ string) bool { return c >= "4946" && c <= "4950" }},
		{map[string]string{"exclude_codes": "4957,5024"}, func(c, _ string) bool { return c != "4957" && c != "5024" }},
	} {
		all, r, _ := open(t, nil)
		if err := all.Flush(chunkOf(t, lines...), "t"); err != nil {
			t.Fatal(err)
		}
		want := 0
		for _, d := range r.docs {
			var v struct {
				Event    struct{ Code, Kind string }
				Winevent struct{ Severity string }
			}
			if err := json.Unmarshal([]byte(d), &v); err != nil {
				t.Fatal(err)
			}
			if v.Event.Kind == "pipeline_error" || c.keep(v.Event.Code, v.Winevent.Severity) {
				want++
			}
		}
		i, r, _ := open(t, c.options)
		if err := i.Flush(chunkOf(t, lines...), "t"); err != nil {
			t.Fatal(err)
		}
		if len(r.docs) != want || want == len(lines) || want < 2 {
			t.Errorf("%v: %d documents of %d, want %d", c.options, len(r.docs), len(lines), want)
		}
	}
}

// TestLargeEventID is an id that no Windows event has: it must not be taken for
// the one that its low bits spell.
func TestLargeEventID(t *testing.T) {
	i, r, _ := open(t, map[string]string{"exclude_codes": "4624"})
	line := []byte(`{"ProviderName":"P","EventID":4294971920,"Channel":"C","Computer":"c","EventRecordID":1}`)
	if err := i.Flush(chunkOf(t, line), "t"); err != nil || len(r.docs) != 1 {
		t.Errorf("%v, %d documents", err, len(r.docs))
	}
}

// TestFlushDoesNotAllocateForEachRecord leaves a flush the few allocations that
// a chunk costs (its deadline among them), and none for its records.
func TestFlushDoesNotAllocateForEachRecord(t *testing.T) {
	i, _, _ := open(t, nil)
	i.output = discard{}
	w := &work{doc: i.enricher.NewDocument()}
	i.works.New = func() any { return w }
	lines := seedLines(t)
	one, many := chunkOf(t, lines[:1]...), chunkOf(t, lines...)
	allocations := func(data []byte) float64 {
		return testing.AllocsPerRun(20, func() {
			if err := i.Flush(data, "t"); err != nil {
				t.Fatal(err)
			}
		})
	}
	allocations(many) // grows the buffers
	if few, all := allocations(one), allocations(many); all > few {
		t.Errorf("%v allocations for %d records, %v for one", all, len(lines), few)
	}
}

// discard acknowledges everything.
type discard struct{}

func (discard) Write(context.Context, *outputs.Batch) error { return nil }

func (discard) Close() error { return nil }

func TestConcurrentFlushes(t *testing.T) {
	i, r, _ := open(t, nil)
	lines := seedLines(t)
	var group sync.WaitGroup
	for n := range 8 {
		group.Go(func() {
			for range 10 {
				part := lines[n*10 : n*10+10]
				if err := i.Flush(chunkOf(t, part...), "t"); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	if len(r.docs) != 800 || len(r.ids) != 80 {
		t.Errorf("%d documents with %d ids", len(r.docs), len(r.ids))
	}
	for id, n := range r.ids {
		if n != 10 {
			t.Errorf("%s came %d times", id, n)
		}
	}
}

func TestOpenFailsWithTheKey(t *testing.T) {
	dir := t.TempDir()
	for key, c := range map[string]config.Config{
		"dead_letter_file": {Output: "stdout", DeadLetterFile: filepath.Join(dir, "none", "x")},
		"file_path":        {Output: "file", FilePath: filepath.Join(dir, "none", "x"), DeadLetterFile: filepath.Join(dir, "dead")},
	} {
		_, err := Open(c, slog.New(slog.DiscardHandler))
		var fault *config.Fault
		if !errors.As(err, &fault) || fault.Key != key {
			t.Errorf("%s: %v", key, err)
		}
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 0 {
		t.Errorf("a failed start left %v", entries)
	}
}

// TestUnreachable tries for a short time only while nobody can be connected to,
// and for the whole time again as soon as somebody can.
func TestUnreachable(t *testing.T) {
	i, r, _ := open(t, nil)
	refused := &outputs.Error{Retryable: true, Err: &net.OpError{Op: "dial", Err: errors.New("connection refused")}}
	answer := error(refused)
	r.write = func(int, *outputs.Batch) error { return answer }
	data := chunkOf(t, seedLines(t)[0])
	if i.patience() != i.config.FlushTimeout {
		t.Errorf("%v at the start", i.patience())
	}
	_ = i.Flush(data, "t")
	if i.patience() != impatience {
		t.Errorf("%v while nobody answers", i.patience())
	}
	answer = &outputs.Error{Retryable: true, Err: errors.New("busy")}
	_ = i.Flush(data, "t")
	if i.patience() != i.config.FlushTimeout {
		t.Errorf("%v when somebody is busy", i.patience())
	}
}
