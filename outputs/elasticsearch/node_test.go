package elasticsearch

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/tidwall/gjson"

	"winevent/enrich"
	"winevent/internal/elastictest"
)

// shared is a node that nothing breaks.
var shared *elastictest.Node

func TestMain(m *testing.M) {
	var err error
	if shared, err = elastictest.Run(elastictest.Options{Settings: map[string]string{"http.max_content_length": "2mb"}}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	shared.Close()
	os.Exit(code)
}

// TestSentThreeTimes stores each document once.
func TestSentThreeTimes(t *testing.T) {
	template(t, shared, "thrice", "logs-thrice-*", "", "")
	for _, zipped := range []bool{true, false} {
		index := fmt.Sprintf("logs-thrice-%t", zipped)
		o, log := openOutput(t, shared.URL(), func(c *Config) { c.Gzip = zipped })
		docs := documents(index, 0, 3000)
		for range 3 {
			if failures := writeFor(o, docs, flushTime); len(failures) > 0 {
				t.Fatal(firstError(failures))
			}
		}
		account(t, shared, index, docs)
		s := o.Stats()
		if s.Created != 3000 || s.Exists != 6000 || s.Bulks < 9 || (s.Compressed < s.Bytes/2) != zipped || strings.Contains(log.String(), "not ready") {
			t.Errorf("%+v\n%s", s, log)
		}
	}
}

// TestMappingConflict refuses one document, with the server's reason, and takes the others.
func TestMappingConflict(t *testing.T) {
	template(t, shared, "conflict", "logs-conflict-*", "", `,"n":{"type":"long"}`)
	o, _ := openOutput(t, shared.URL(), nil)
	docs := documents("logs-conflict-a", 0, 100)
	docs[40].body = `{"@timestamp":"2026-01-01T00:00:00Z","n":"abc"}`
	docs[41].body = `{"n":1}`
	dead := send(t, o, docs, flushTime)
	if len(dead) != 2 || !strings.Contains(dead[0], "failed to parse field [n]") || !strings.Contains(dead[1], "@timestamp") {
		t.Errorf("%q", dead)
	}
	account(t, shared, "logs-conflict-a", append(append([]document(nil), docs[:40]...), docs[42:]...))
}

// TestTooLargeRequest halves what http.max_content_length refuses; a document
// that is too large alone is refused for good.
func TestTooLargeRequest(t *testing.T) {
	template(t, shared, "large", "logs-large-*", "", `,"pad":{"type":"keyword","index":false,"doc_values":false}`)
	o, _ := openOutput(t, shared.URL(), func(c *Config) { c.BulkBytes = 10 << 20 })
	docs := documents("logs-large-a", 0, 5000)
	docs[2500].body = body(2500, strings.Repeat("y", 3<<20))
	dead := send(t, o, docs, flushTime)
	if len(dead) != 1 || !strings.HasPrefix(dead[0], docs[2500].id) || !strings.Contains(dead[0], "413") {
		t.Errorf("%.300q", dead)
	}
	account(t, shared, "logs-large-a", append(append([]document(nil), docs[:2500]...), docs[2501:]...))
	if o.Stats().Divided == 0 {
		t.Error("nothing was divided")
	}
}

// TestOneBadLine is a document that makes the server refuse the whole request.
func TestOneBadLine(t *testing.T) {
	template(t, shared, "line", "logs-line-*", "", "")
	o, _ := openOutput(t, shared.URL(), nil)
	docs := documents("logs-line-a", 0, 100)
	docs[30].body = "{\n}"
	dead := send(t, o, docs, flushTime)
	if len(dead) != 1 || !strings.HasPrefix(dead[0], docs[30].id) {
		t.Errorf("%q", dead)
	}
	account(t, shared, "logs-line-a", append(append([]document(nil), docs[:30]...), docs[31:]...))
}

// TestKeptForLater is what a person has to mend: the chunk is kept, the reason
// says what to do, and once that is done the documents are stored.
func TestKeptForLater(t *testing.T) {
	template(t, shared, "blocked", "logs-blocked-*", "", "")
	backing := func(index string) string {
		state := shared.MustDo(t, "GET", "/_cluster/state/metadata?filter_path=metadata.data_stream", "")
		return gjson.GetBytes(state, "metadata.data_stream.data_stream."+gjson.Escape(index)+".indices.0.index_name").String()
	}
	set := func(index, setting, value string) {
		shared.MustDo(t, "PUT", "/"+backing(index)+"/_settings", fmt.Sprintf(`{%q:%s}`, setting, value))
	}
	for name, c := range map[string]struct {
		block, lift func(index string)
		hint        string
	}{
		"disk full":   {func(i string) { set(i, "index.blocks.read_only_allow_delete", "true") }, func(i string) { set(i, "index.blocks.read_only_allow_delete", "null") }, "disks"},
		"write block": {func(i string) { set(i, "index.blocks.write", "true") }, func(i string) { set(i, "index.blocks.write", "null") }, "lift the block"},
		"closed":      {func(i string) { shared.MustDo(t, "POST", "/"+backing(i)+"/_close", "") }, func(i string) { shared.MustDo(t, "POST", "/"+backing(i)+"/_open", "") }, "open the index"},
	} {
		t.Run(name, func(t *testing.T) {
			index := "logs-blocked-" + strings.ReplaceAll(name, " ", "_")
			o, _ := openOutput(t, shared.URL(), nil)
			docs := documents(index, 0, 20)
			send(t, o, docs[:10], flushTime)
			c.block(index)
			failures := writeFor(o, docs, 2*time.Second)
			if len(failures) == 0 || !failures[0].Err.Retryable || !strings.Contains(firstError(failures), c.hint) {
				t.Errorf("%d failures: %s", len(failures), firstError(failures))
			}
			c.lift(index)
			if dead := send(t, o, docs, flushTime); len(dead) > 0 {
				t.Errorf("%q", dead)
			}
			account(t, shared, index, docs)
		})
	}
	t.Run("no template", func(t *testing.T) {
		o, _ := openOutput(t, shared.URL(), nil)
		docs := documents("logs-untemplated-a", 0, 5)
		failures := writeFor(o, docs, 2*time.Second)
		if len(failures) != 5 || !failures[0].Err.Retryable || !strings.Contains(firstError(failures), "winevent setup elasticsearch") {
			t.Fatalf("%d failures: %s", len(failures), firstError(failures))
		}
		template(t, shared, "untemplated", "logs-untemplated-*", "", "")
		send(t, o, docs, flushTime)
		account(t, shared, "logs-untemplated-a", docs)
	})
	t.Run("no pipeline", func(t *testing.T) {
		o, _ := openOutput(t, shared.URL(), func(c *Config) { c.Pipeline = "nope" })
		failures := writeFor(o, documents("logs-thrice-b", 0, 5), 2*time.Second)
		if len(failures) != 5 || !failures[0].Err.Retryable || !strings.Contains(firstError(failures), "elasticsearch_pipeline") {
			t.Fatalf("%d failures: %s", len(failures), firstError(failures))
		}
	})
}

// TestBackPressure is a node with a queue of one for many requests at a time:
// only what it had no room for is sent again.
func TestBackPressure(t *testing.T) {
	n := elastictest.Start(t, elastictest.Options{Settings: map[string]string{"thread_pool.write.queue_size": "1", "node.processors": "1"}})
	template(t, n, "busy", "logs-busy-*", `,"number_of_shards":4`, "")
	o, _ := openOutput(t, n.URL(), func(c *Config) { c.BulkBytes, c.Bulks = 20_000, 8 })
	docs := documents("logs-busy-a", 0, 6000)
	var all sync.WaitGroup
	for part := range 6 {
		all.Go(func() {
			if dead := send(t, o, docs[part*1000:(part+1)*1000], 10*time.Second); len(dead) > 0 {
				t.Errorf("%q", dead)
			}
		})
	}
	all.Wait()
	account(t, n, "logs-busy-a", docs)
	if s := o.Stats(); s.Retried == 0 {
		t.Errorf("the server was never too busy: %+v", s)
	}
}

// TestNodeFails is a node that is killed and started again while threads flush,
// beside one that never answers.
func TestNodeFails(t *testing.T) {
	n := elastictest.Start(t, elastictest.Options{})
	template(t, n, "killed", "logs-killed-*", "", "")
	o, _ := openOutput(t, "http://127.0.0.1:9,"+n.URL(), func(c *Config) { c.RequestTimeout = 2 * time.Second })
	var (
		all  sync.WaitGroup
		mu   sync.Mutex
		sent []document
		over = make(chan struct{})
	)
	for thread := range 3 {
		all.Go(func() {
			for k := 0; ; k++ {
				select {
				case <-over:
					return
				default:
				}
				docs := documents("logs-killed-a", (thread*100_000+k)*300, 300)
				if dead := send(t, o, docs, 2*time.Second); len(dead) > 0 {
					t.Errorf("%q", dead)
					return
				}
				mu.Lock()
				sent = append(sent, docs...)
				mu.Unlock()
			}
		})
	}
	time.Sleep(2 * time.Second)
	if err := n.Kill(); err != nil {
		t.Error(err)
	}
	time.Sleep(time.Second)
	if err := n.Start(); err != nil {
		t.Error(err)
	}
	if err := n.Ready(t.Context()); err != nil {
		t.Error(err)
	}
	time.Sleep(2 * time.Second)
	close(over)
	all.Wait()
	account(t, n, "logs-killed-a", sent)
	t.Logf("%d documents, %+v", len(sent), o.Stats())
}

// TestCheck says what is wrong before documents come.
func TestCheck(t *testing.T) {
	template(t, shared, "checked", "logs-checked-*", "", "")
	for _, c := range []struct{ urls, index, want string }{
		{shared.URL(), "logs-checked-a", "ok ok"},
		{shared.URL(), "logs-unchecked-a", "ok fault"},
		{"http://127.0.0.1:9," + shared.URL(), "logs-checked-a", "ok warning ok"},
		{"http://127.0.0.1:9", "logs-checked-a", "fault"},
	} {
		index, err := enrich.ParseTemplate(c.index, "")
		if err != nil {
			t.Fatal(err)
		}
		found := Check(t.Context(), Config{URLs: strings.Split(c.urls, ","), Flavor: "elasticsearch", Index: index, RequireDataStream: true, RequestTimeout: 5 * time.Second})
		var levels []string
		for _, f := range found {
			levels = append(levels, f.Level.String())
			if f.Level > 0 && f.Fix == "" {
				t.Errorf("%s: no fix", f.What)
			}
		}
		if got := strings.Join(levels, " "); got != c.want {
			t.Errorf("%s %s: %s: %+v", c.urls, c.index, got, found)
		}
	}
}
