package metrics

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
)

// freeAddress is an address of this machine that nobody listens on.
func freeAddress(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

var client = http.Client{Timeout: 5 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}

func get(t *testing.T, method, url string) (int, string) {
	t.Helper()
	request, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func scrape(t *testing.T, address string) map[string]*dto.MetricFamily {
	t.Helper()
	status, text := get(t, "GET", "http://"+address+"/metrics")
	if status != http.StatusOK {
		t.Fatalf("%d %s", status, text)
	}
	parser := expfmt.NewTextParser(model.LegacyValidation)
	families, err := parser.TextToMetricFamilies(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return families
}

// TestSharedAddress opens and closes sections at one address: it is listened on
// from the first to the last, and free again for the next.
func TestSharedAddress(t *testing.T) {
	address := freeAddress(t)
	for range 3 { // as at reloads
		a := open(t, Config{Name: "a", Output: "stdout", Listen: address})
		b := open(t, Config{Name: "b", Output: "file", Listen: address})
		unseen := open(t, Config{Name: "c", Output: "file"})
		if n := len(scrape(t, address)["winevent_records_total"].Metric); n != 2 {
			t.Errorf("%d sections", n)
		}
		closed(t, a)
		if m := scrape(t, address)["winevent_records_total"].Metric; len(m) != 1 || m[0].Label[0].GetValue() != "b" {
			t.Errorf("%v", m)
		}
		closed(t, unseen)
		closed(t, b)
		closed(t, b) // a second time does nothing
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			t.Error("the address is still listened on")
		}
	}
}

func TestAddressInUse(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if _, err := Open(Config{Name: "a", Listen: l.Addr().String()}); err == nil || !strings.Contains(err.Error(), "in use") {
		t.Errorf("%v", err)
	}
	open(t, Config{Name: "a"}) // the failed start left no name
}

func TestHealth(t *testing.T) {
	address := freeAddress(t)
	a, b := open(t, Config{Name: "a", Listen: address}), open(t, Config{Name: "b", Listen: address})
	now := time.Now()
	for _, step := range []struct {
		section *Section
		retry   bool
		status  int
		text    string
	}{
		{nil, false, 200, "a ok\nb ok\n"},
		{a, true, 503, "a retrying\nb ok\n"},
		{b, false, 503, "a retrying\nb ok\n"},
		{a, false, 200, "a ok\nb ok\n"},
	} {
		if step.section != nil {
			step.section.Add(&Flush{Retry: step.retry}, now, now)
		}
		if status, text := get(t, "GET", "http://"+address+"/healthz"); status != step.status || text != step.text {
			t.Errorf("%d %q, want %d %q", status, text, step.status, step.text)
		}
	}
}

func TestNothingElseIsServed(t *testing.T) {
	address := freeAddress(t)
	open(t, Config{Listen: address})
	for request, want := range map[string]int{
		"GET /": 404, "GET /debug/pprof/": 404, "GET /metrics/x": 404, "GET /../etc/passwd": 404,
		"POST /metrics": 405, "PUT /healthz": 405, "DELETE /metrics": 405, "HEAD /metrics": 200,
	} {
		method, path, _ := strings.Cut(request, " ")
		if status, _ := get(t, method, "http://"+address+path); status != want {
			t.Errorf("%s: %d, want %d", request, status, want)
		}
	}
}

// TestStrangers sends what is no HTTP, and more connections than are served at a
// time: those that say nothing are closed, and scrapes go on.
func TestStrangers(t *testing.T) {
	address := freeAddress(t)
	open(t, Config{Listen: address})
	for _, text := range []string{"\x16\x03\x01\x02\x00\x01\n\r\n", "GET /metrics\r\n\r\n", "GET " + strings.Repeat("/x", 40000) + " HTTP/1.1\r\n\r\n", "\x00\r\n\r\n"} {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprint(c, text)
		_, _ = io.Copy(io.Discard, c)
		c.Close()
	}
	for range maxConnections - 1 {
		c, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	scrape(t, address)
}

// TestPanicInScrape is a fault of ours: it costs the scrape, not the process.
func TestPanicInScrape(t *testing.T) {
	address := freeAddress(t)
	open(t, Config{Listen: address, Destination: func() Destination { panic("fault") }})
	if status, text := get(t, "GET", "http://"+address+"/metrics"); status != 500 || !strings.Contains(text, "internal fault: fault") {
		t.Errorf("%d %s", status, text)
	}
	request, _ := http.NewRequest("GET", "http://"+address+"/healthz", nil)
	if res, err := client.Do(request); err == nil {
		res.Body.Close()
		t.Error("a panic was answered")
	}
}

// TestHostileName is a section's name that could spoil the text form.
func TestHostileName(t *testing.T) {
	address := freeAddress(t)
	const name = `a"} 1` + "\\\n" + `winevent_records_total{name="x`
	open(t, Config{Name: name, Listen: address})
	m := scrape(t, address)["winevent_records_total"].Metric
	if len(m) != 1 || m[0].Label[0].GetValue() != name {
		t.Errorf("%v", m)
	}
}

func TestScrapeWhileFlushing(t *testing.T) {
	address := freeAddress(t)
	s := open(t, Config{Name: "a", Listen: address})
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for range 1000 {
				now := time.Now()
				s.Add(&Flush{Documents: 1, Read: Read{Records: 1}}, now, now)
			}
		})
	}
	for range 5 {
		scrape(t, address)
	}
	group.Wait()
	if v := scrape(t, address)["winevent_documents_total"].Metric[0].GetCounter().GetValue(); v != 4000 {
		t.Errorf("%v documents", v)
	}
}
