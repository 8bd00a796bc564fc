package e2e

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"winevent/enrich/catalog"
	"winevent/internal/services"
	"winevent/internal/testchunk"
)

// metricsConfig is testdata/config/metrics.conf at a free port, with a summary
// after each second.
func metricsConfig(t *testing.T, dir string) (path, address string) {
	t.Helper()
	ports, err := services.FreePorts(1)
	must(t, err)
	text, err := os.ReadFile(config("metrics.conf"))
	must(t, err)
	changed := strings.NewReplacer("9400", strconv.Itoa(ports[0]), "${WINEVENT_DIR}", dir, "interval 5m", "interval 1s").Replace(string(text))
	return write(t, dir, "metrics.conf", []byte(changed)), fmt.Sprintf("127.0.0.1:%d", ports[0])
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	client := http.Client{Timeout: 10 * time.Second}
	res, err := client.Get(url)
	must(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	must(t, err)
	return res.StatusCode, string(body)
}

var sampleLine = regexp.MustCompile(`^([a-z_]+)\{(.*)\} (\S+)$`)

// scrape returns the value of each series that is not 0.
func scrape(t *testing.T, address string) map[string]float64 {
	t.Helper()
	status, text := get(t, "http://"+address+"/metrics")
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	values := map[string]float64{}
	for line := range strings.Lines(text) {
		if m := sampleLine.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			v, err := strconv.ParseFloat(m[3], 64)
			must(t, err)
			if v != 0 {
				values[m[1]+"{"+m[2]+"}"] = v
			}
		}
	}
	return values
}

// TestMetrics sends chunks through the built plugin's C symbols to two sections
// at one address, and holds what is scraped against what was sent and what lies
// in the files.
func TestMetrics(t *testing.T) {
	dir := t.TempDir()
	conf, address := metricsConfig(t, dir)
	s := startStream(t, dir, conf)
	events := lines(t, "winevtlog_stringinserts.jsonl.gz")[:500]
	chunks := [][]byte{
		chunkOf(t, testchunk.WithMetadata, events[:300]...),
		chunkOf(t, testchunk.Plain, events[300:]...),
		chunkOf(t, testchunk.WithMetadata,
			namesOnly(t),
			[]byte(`{"ProviderName":"Nobody","EventID":4711,"Channel":"C","Computer":"c","EventRecordID":1,"Level":4}`),
			[]byte(`{"log":"no event"}`)),
	}
	whole := chunkOf(t, testchunk.WithMetadata, events[:3]...)
	chunks = append(chunks, whole[:len(whole)-5]) // two records, and a rest that cannot be read
	size := 0
	for n, chunk := range chunks {
		size += len(chunk)
		flushBoth(t, s, chunk, n+1)
	}
	values := scrape(t, address)
	unknown := unknownEvents(t, documentsOf(t, filepath.Join(dir, "events.ndjson")))
	expectSection(t, values, "winevent.0", filepath.Join(dir, "events.ndjson"), len(chunks), size, unknown)
	expectSection(t, values, "important", filepath.Join(dir, "important.ndjson"), len(chunks), size, unknown)
	if status, text := get(t, "http://"+address+"/healthz"); status != http.StatusOK || text != "winevent.0 ok\nimportant ok\n" {
		t.Errorf("%d %s", status, text)
	}
	time.Sleep(1100 * time.Millisecond) // the first section's interval
	flushBoth(t, s, chunks[0], len(chunks)+1)
	s.quit(t)
	summaries, closings := s.stderr.lines("] summary name="), s.stderr.lines("] closed name=")
	if len(summaries) == 0 || len(closings) != 2 ||
		!strings.Contains(closings[0], fmt.Sprintf("closed name=winevent.0 flushes=%d records=%d documents=%d", len(chunks)+1, sentRecords+300, sentRecords+300)) ||
		!strings.Contains(closings[1], "closed name=important ") || total(t, summaries, "records") != sentRecords+300 {
		t.Errorf("%v\n%v", summaries, closings)
	}
}

// namesOnly is an event of which the catalog has the parameters' names and no more.
func namesOnly(t *testing.T) []byte {
	t.Helper()
	var builtIn *catalog.Catalog
	e := builtIn.Named()[0]
	return fmt.Appendf(nil, `{"ProviderName":%q,"EventID":%d,"Channel":"C","Computer":"c","EventRecordID":2,"Level":4}`, e.Provider, e.ID)
}

// unknownEvents counts the documents whose event the catalog does not have.
func unknownEvents(t *testing.T, docs []map[string]any) (n int) {
	t.Helper()
	var builtIn *catalog.Catalog
	for _, d := range docs {
		code, isEvent := at(d, "event.code").(string)
		if !isEvent {
			continue
		}
		id, err := strconv.ParseUint(code, 10, 32)
		must(t, err)
		if builtIn.Find([]byte(at(d, "event.provider").(string)), uint32(id)) < 0 {
			n++
		}
	}
	return n
}

// sentRecords are those that the chunks hold and that can be read.
const sentRecords = 500 + 3 + 2

// expectSection holds the numbers of a section against its file.
func expectSection(t *testing.T, values map[string]float64, name, path string, chunks, size, unknown int) {
	t.Helper()
	docs := documentsOf(t, path)
	labels := fmt.Sprintf(`name="%s",output="file"`, name)
	for series, want := range map[string]int{
		"records_total{" + labels + "}":                              sentRecords,
		"input_bytes_total{" + labels + "}":                          size,
		"documents_total{" + labels + "}":                            len(docs),
		"filtered_records_total{" + labels + "}":                     sentRecords - len(docs),
		"unreadable_records_total{" + labels + "}":                   1,
		`undescribed_events_total{catalog="names",` + labels + "}":   1,
		`undescribed_events_total{catalog="nothing",` + labels + "}": unknown,
		`flushes_total{answer="ok",` + labels + "}":                  chunks,
		`flushes_total{answer="retry",` + labels + "}":               0,
		"flush_duration_seconds_count{" + labels + "}":               chunks,
		"dead_letters_total{" + labels + `,reason="corrupt_chunk"}`:  1,
		"dead_letters_total{" + labels + `,reason="refused"}`:        0,
	} {
		if got := values["winevent_"+series]; int(got) != want {
			t.Errorf("%s is %v, want %d", series, got, want)
		}
	}
	info, err := os.Stat(path)
	must(t, err)
	if got := values["winevent_document_bytes_total{"+labels+"}"]; int64(got) != info.Size() || len(docs) == 0 {
		t.Errorf("%s: %v bytes, the file has %d", name, got, info.Size())
	}
	if at := values["winevent_last_acknowledged_timestamp_seconds{"+labels+"}"]; time.Since(time.Unix(int64(at), 0)).Abs() > time.Minute {
		t.Errorf("%s: acknowledged at %v", name, at)
	}
	if at := values[`winevent_event_lag_seconds_sum{event="newest",`+labels+"}"]; at < 24*3600 {
		t.Errorf("%s: %v s behind events of past years", name, at)
	}
}

// total adds up a number of log lines of the first section.
func total(t *testing.T, lines []string, key string) (sum int) {
	t.Helper()
	for _, line := range lines {
		if m := regexp.MustCompile(`name=winevent\.0 .* ` + key + `=(\d+)`).FindStringSubmatch(line); m != nil {
			n, err := strconv.Atoi(m[1])
			must(t, err)
			sum += n
		}
	}
	return sum
}

// flushBoth has both sections flush a chunk, and waits for their answers to
// this, the chunk number so.
func flushBoth(t *testing.T, s *stream, chunk []byte, so int) {
	t.Helper()
	s.slots <- struct{}{}
	s.slots <- struct{}{}
	fmt.Fprintln(s.stdin, "flush", write(t, s.dir, fmt.Sprintf("%d.chunk", so), chunk))
	waitFor(t, func() bool { return s.delivered() == 2*so })
}

// TestMetricsAddressInUse does not start, and the message names the option.
func TestMetricsAddressInUse(t *testing.T) {
	dir := t.TempDir()
	conf, address := metricsConfig(t, dir)
	l, err := net.Listen("tcp", address)
	must(t, err)
	defer l.Close()
	r := run(t, dir, conf)
	if _, port, _ := strings.Cut(address, ":"); r.status != initFailed || !strings.Contains(r.stderr, `metrics_listen "127.0.0.1:`+port+`": must be an address of this machine with a free port`) {
		t.Errorf("status %d\n%s", r.status, r.stderr)
	}
}
