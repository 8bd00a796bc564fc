// Package hostlog writes log records into the log of the program that has
// loaded the plugin, one line each, with repetitions summed up.
package hostlog

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode"
)

// Host is the log of the program around.
type Host struct {
	Enabled func(level slog.Level) bool
	Print   func(level slog.Level, text string)
}

// interval is how long a warning or an error that is logged again is only counted.
const interval = 30 * time.Second

// maxMessages bounds the number of different messages that are remembered.
const maxMessages = 256

// Handler is a slog.Handler. It escapes control characters, so that what stands
// in an event cannot forge a line. It has no groups.
type Handler struct {
	host  Host
	attrs string
	again *repetitions
}

var _ slog.Handler = (*Handler)(nil)

// New returns a Handler that writes to host.
func New(host Host) *Handler { return &Handler{host: host, again: &repetitions{now: time.Now}} }

// Enabled implements slog.Handler.
func (h *Handler) Enabled(_ context.Context, level slog.Level) bool { return h.host.Enabled(level) }

// WithAttrs implements slog.Handler.
func (h *Handler) WithAttrs(attrs []slog.Attr) slog.Handler {
	var b strings.Builder
	for _, a := range attrs {
		appendAttr(&b, a)
	}
	return &Handler{host: h.host, attrs: h.attrs + b.String(), again: h.again}
}

// WithGroup implements slog.Handler: groups are not kept apart.
func (h *Handler) WithGroup(string) slog.Handler { return h }

// Handle implements slog.Handler.
func (h *Handler) Handle(_ context.Context, r slog.Record) error {
	suppressed, ok := h.again.pass(r.Level, r.Message)
	if !ok {
		return nil
	}
	var b strings.Builder
	b.WriteString(escape(r.Message))
	b.WriteString(h.attrs)
	r.Attrs(func(a slog.Attr) bool {
		appendAttr(&b, a)
		return true
	})
	if suppressed > 0 {
		fmt.Fprintf(&b, " (%d more like this since it was last logged)", suppressed)
	}
	h.host.Print(r.Level, b.String())
	return nil
}

func appendAttr(b *strings.Builder, a slog.Attr) {
	value := a.Value.Resolve().String()
	if strings.ContainsFunc(value, func(r rune) bool { return r <= ' ' || r == '"' || !unicode.IsPrint(r) }) {
		value = strconv.Quote(value)
	}
	b.WriteString(" " + a.Key + "=" + value)
}

// escape makes control characters visible, but for the line ends of our own messages.
func escape(s string) string {
	if !strings.ContainsFunc(s, unicode.IsControl) {
		return s
	}
	var b strings.Builder
	for _, r := range s {
		if r != '\n' && unicode.IsControl(r) {
			b.WriteString(strings.Trim(strconv.QuoteRune(r), "'"))
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// repetitions counts warnings and errors that come again within the interval.
type repetitions struct {
	mu   sync.Mutex
	seen map[string]*repetition
	now  func() time.Time
}

type repetition struct {
	last       time.Time
	suppressed int
}

// pass tells whether a message is to be logged, and how many like it were not since the last.
func (s *repetitions) pass(level slog.Level, message string) (suppressed int, ok bool) {
	if level < slog.LevelWarn {
		return 0, true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	r := s.seen[message]
	switch {
	case r == nil:
		if s.seen == nil || len(s.seen) >= maxMessages {
			s.seen = map[string]*repetition{}
		}
		s.seen[message] = &repetition{last: now}
		return 0, true
	case now.Sub(r.last) < interval:
		r.suppressed++
		return 0, false
	}
	suppressed = r.suppressed
	*r = repetition{last: now}
	return suppressed, true
}
