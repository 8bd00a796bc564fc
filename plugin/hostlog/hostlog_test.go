package hostlog

import (
	"errors"
	"log/slog"
	"strings"
	"testing"
	"time"
)

// host collects lines; it is enabled from info on.
type host struct{ lines []string }

func (h *host) logger(now *time.Time) *slog.Logger {
	handler := New(Host{
		Enabled: func(l slog.Level) bool { return l >= slog.LevelInfo },
		Print:   func(l slog.Level, text string) { h.lines = append(h.lines, l.String()+" "+text) },
	})
	if now != nil {
		handler.again.now = func() time.Time { return *now }
	}
	return slog.New(handler)
}

func TestLines(t *testing.T) {
	var h host
	log := h.logger(nil).With("instance", 1)
	log.Debug("not shown")
	log.Info("opened", "path", "/tmp/x y", "n", 5)
	log.Error("failed", "error", errors.New("no \"luck\""))
	want := []string{`INFO opened instance=1 path="/tmp/x y" n=5`, `ERROR failed instance=1 error="no \"luck\""`}
	if strings.Join(h.lines, "\n") != strings.Join(want, "\n") {
		t.Errorf("%q", h.lines)
	}
}

// TestNoForgedLines keeps control characters of event data out of the log.
func TestNoForgedLines(t *testing.T) {
	var h host
	h.logger(nil).Warn("reason \x1b[31m", "tag", "a\n[error] forged\x07")
	if len(h.lines) != 1 || strings.ContainsAny(h.lines[0], "\n\x1b\x07") {
		t.Errorf("%q", h.lines)
	}
}

func TestRepetitionsAreSummedUp(t *testing.T) {
	var h host
	now := time.Unix(0, 0)
	log := h.logger(&now)
	for range 5 {
		log.Warn("busy", "n", 1)
		log.Error("other")
		log.Info("always")
	}
	now = now.Add(interval)
	log.Warn("busy", "n", 2)
	if len(h.lines) != 1+1+5+1 {
		t.Errorf("%d lines: %q", len(h.lines), h.lines)
	}
	if last := h.lines[len(h.lines)-1]; last != "WARN busy n=2 (4 more like this since it was last logged)" {
		t.Errorf("%q", last)
	}
}

func TestManyMessagesStayBounded(t *testing.T) {
	handler := New(Host{Enabled: func(slog.Level) bool { return true }, Print: func(slog.Level, string) {}})
	log := slog.New(handler)
	for i := range 10 * maxMessages {
		log.Warn(strings.Repeat("x", i))
	}
	if n := len(handler.again.seen); n > maxMessages {
		t.Errorf("%d messages are remembered", n)
	}
}
