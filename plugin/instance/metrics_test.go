package instance

import (
	"bytes"
	"errors"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"winevent/outputs"
	"winevent/plugin/config"
	"winevent/plugin/metrics"
)

// TestCountedOnce sends a chunk twice, because two of its documents were not
// taken the first time: what came in is counted once, what was acknowledged too.
func TestCountedOnce(t *testing.T) {
	i, r, _ := open(t, map[string]string{"exclude_codes": "4624"})
	lines := [][]byte{
		[]byte(`{"ProviderName":"P","EventID":4624,"Channel":"C","Computer":"c","EventRecordID":1}`),
		[]byte(`{"ProviderName":"Nobody's","EventID":4711,"Channel":"C","Computer":"c","EventRecordID":2,"TimeCreated":"2026-01-01 00:00:00 +0000"}`),
		[]byte(`{"log":"no event"}`),
		seedLines(t)[0], seedLines(t)[1],
	}
	data := chunkOf(t, lines...)
	data = append(data, 0xc1) // no msgpack
	r.write = func(call int, _ *outputs.Batch) error {
		if call > 1 {
			return nil
		}
		tooLarge := permanent(1, "too large")
		tooLarge.Err.Refusal = outputs.RefusedTooLarge
		return &outputs.BatchError{Failures: []outputs.Failure{tooLarge, passing(2), passing(3)}}
	}
	if err := i.Flush(data, "t"); err == nil {
		t.Fatal("the chunk is not kept")
	}
	first := i.metrics.Snapshot()
	if err := i.Flush(data, "t"); err != nil {
		t.Fatal(err)
	}
	n := i.metrics.Snapshot()
	want := metrics.Read{Records: 5, Bytes: uint64(len(data)), Filtered: 1, Unreadable: 1, Unknown: 2}
	if n.Read != want {
		t.Errorf("read %+v, want %+v", n.Read, want)
	}
	delivered := 0
	for _, d := range r.docs {
		delivered += len(d) + 1
	}
	if first.Documents != 1 || first.OK != 0 || !first.Failing || first.NewestLag.Count != 0 ||
		n.Documents != 3 || n.DocumentBytes != uint64(delivered) || n.Open != 2 || n.OK != 1 || n.Retry != 1 || n.Failing {
		t.Errorf("%+v\n%+v", first, n)
	}
	letters := [metrics.Reasons]uint64{}
	letters[metrics.CorruptChunk], letters[metrics.Refused(outputs.RefusedTooLarge)] = 1, 1
	if n.Letters != letters || n.FlushTime.Count != 2 || n.NewestLag.Count != 1 {
		t.Errorf("%+v", n)
	}
}

// TestNewestEvent reads Windows' time, not that of reading.
func TestNewestEvent(t *testing.T) {
	i, _, _ := open(t, nil)
	line := []byte(`{"ProviderName":"P","EventID":1,"Channel":"C","Computer":"c","EventRecordID":2,"TimeCreated":"2026-01-01 01:00:00 +0100"}`)
	if err := i.Flush(chunkOf(t, line, []byte(`{"log":"no time"}`)), "t"); err != nil {
		t.Fatal(err)
	}
	if n := i.metrics.Snapshot(); n.Newest != float64(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Unix()) {
		t.Errorf("%+v", n)
	}
}

func TestDeadLetterFileFails(t *testing.T) {
	i, _, dead := open(t, nil)
	if err := os.Mkdir(dead, 0o700); err != nil {
		t.Fatal(err)
	}
	data := chunkOf(t, seedLines(t)[0])
	data = bytes.Clone(data[:len(data)-1])
	if err := i.Flush(data, "t"); err == nil {
		t.Fatal("answered as delivered")
	}
	if n := i.metrics.Snapshot(); n.LettersFailed != 1 || n.Letters != [metrics.Reasons]uint64{} || n.Retry != 1 {
		t.Errorf("%+v", n)
	}
}

// TestPanicIsCounted is a fault of ours outside of enriching: the C border
// answers it with FLB_RETRY, and it counts so.
func TestPanicIsCounted(t *testing.T) {
	i, r, _ := open(t, nil)
	r.write = func(int, *outputs.Batch) error { panic("fault") }
	func() {
		defer func() {
			if recover() == nil {
				t.Error("no panic")
			}
		}()
		_ = i.Flush(chunkOf(t, seedLines(t)[0]), "t")
	}()
	if n := i.metrics.Snapshot(); n.Retry != 1 || n.OK != 0 || !n.Failing {
		t.Errorf("%+v", n)
	}
}

// TestMetricsFailWithTheKey opens sections whose metrics cannot be shown.
func TestMetricsFailWithTheKey(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	log := slog.New(slog.DiscardHandler)
	first, err := Open(config.Config{Output: "stdout", MetricsName: "x", DeadLetterFile: filepath.Join(t.TempDir(), "a")}, log)
	if err != nil {
		t.Fatal(err)
	}
	defer first.Close()
	for key, c := range map[string]config.Config{
		"metrics_listen": {MetricsListen: l.Addr().String()},
		"metrics_name":   {MetricsName: "x"},
	} {
		c.Output, c.DeadLetterFile = "stdout", filepath.Join(t.TempDir(), "b")
		_, err := Open(c, log)
		var fault *config.Fault
		if !errors.As(err, &fault) || fault.Key != key || fault.Value == "" {
			t.Errorf("%s: %v", key, err)
		}
	}
}
