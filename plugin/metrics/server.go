package metrics

import (
	"context"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
	"golang.org/x/net/netutil"
)

const (
	// maxConnections bounds what scrapes can take of Fluent Bit's file
	// descriptors; further connections wait.
	maxConnections = 16
	// closePatience is how long closing waits for scrapes under way.
	closePatience = time.Second
)

// server shows the sections that name its address.
type server struct {
	http *http.Server
	mu   sync.Mutex
	// shown are in the order in which they were opened.
	shown []*Section
}

// servers are the running ones by address; guarded by sections.mu.
var servers = map[string]*server{}

// show adds a section to the server of its address, which it starts if need be.
func show(s *Section) error {
	address := s.config.Listen
	v := servers[address]
	if v == nil {
		var err error
		if v, err = listen(address); err != nil {
			return err
		}
		servers[address] = v
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.shown = append(v.shown, s)
	return nil
}

// hide takes a section away from its server, and ends it with the last.
func hide(s *Section) error {
	v := servers[s.config.Listen]
	v.mu.Lock()
	v.shown = slices.DeleteFunc(v.shown, func(other *Section) bool { return other == s })
	left := len(v.shown)
	v.mu.Unlock()
	if left > 0 {
		return nil
	}
	delete(servers, s.config.Listen)
	ctx, cancel := context.WithTimeout(context.Background(), closePatience)
	defer cancel()
	if err := v.http.Shutdown(ctx); err != nil {
		return v.http.Close()
	}
	return nil
}

func listen(address string) (*server, error) {
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	v := &server{}
	v.http = &http.Server{
		Handler:           v.routes(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       5 * time.Second,
		WriteTimeout:      10 * time.Second,
		IdleTimeout:       2 * time.Minute, // longer than between two scrapes
		MaxHeaderBytes:    16 << 10,
		// What strangers send is no news for the log. net/http catches panics of
		// handlers, and would log them here.
		ErrorLog: log.New(io.Discard, "", 0),
	}
	go func() {
		defer func() { _ = recover() }() // nothing may reach Fluent Bit
		_ = v.http.Serve(netutil.LimitListener(l, maxConnections))
	}()
	return v, nil
}

func (v *server) routes() http.Handler {
	registry := prometheus.NewRegistry()
	registry.MustRegister(collector{v})
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(registry, promhttp.HandlerOpts{MaxRequestsInFlight: maxConnections}))
	mux.HandleFunc("GET /healthz", v.health)
	return mux
}

func (v *server) snapshots() []Snapshot {
	v.mu.Lock()
	open := slices.Clone(v.shown)
	v.mu.Unlock()
	all := make([]Snapshot, len(open))
	for i, s := range open {
		all[i] = s.Snapshot()
	}
	return all
}

// health answers 200 when no section's last flush had to be kept, else 503; the
// text says it of each.
func (v *server) health(w http.ResponseWriter, _ *http.Request) {
	status, text := http.StatusOK, ""
	for _, s := range v.snapshots() {
		state := "ok"
		if s.Failing {
			status, state = http.StatusServiceUnavailable, "retrying"
		}
		text += fmt.Sprintf("%s %s\n", s.Name, state)
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, text)
}
