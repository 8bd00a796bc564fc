package metrics

import (
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"
)

// Config is what a section's numbers are called and where they are shown.
type Config struct {
	// Name of the section; empty for the one that Fluent Bit gives it when it has
	// no alias: winevent.0, winevent.1 …
	Name string
	// Output and Catalog go with the numbers: the destination's kind, and the
	// catalog's version.
	Output, Catalog string
	// Listen is the address, host:port, at which they can be scraped; empty for none.
	Listen string
	// Interval is how often Summarize logs a line; 0 for never.
	Interval time.Duration
	// Destination returns what the output counts. It may be nil.
	Destination func() Destination
	// Log takes the lines. It must not be nil.
	Log *slog.Logger
}

// ErrName says that another open section has the name.
var ErrName = errors.New("another section has this name")

// sections are the open ones of this process, in the order in which they were opened.
var sections struct {
	mu   sync.Mutex
	open []*Section
}

// Open makes a section's numbers and shows them. The error is ErrName, or that
// of listening.
func Open(c Config) (*Section, error) {
	sections.mu.Lock()
	defer sections.mu.Unlock()
	if c.Name == "" {
		c.Name = freeName()
	} else if taken(c.Name) {
		return nil, ErrName
	}
	s := &Section{config: c}
	s.summary.at = time.Now()
	s.flushTime.bounds, s.oldestLag.bounds, s.newestLag.bounds = flushBounds, lagBounds, lagBounds
	if c.Listen != "" {
		if err := show(s); err != nil {
			return nil, err
		}
	}
	sections.open = append(sections.open, s)
	return s, nil
}

// Close ends the showing of the numbers, and listening with the last section of
// an address. It waits for scrapes that are under way, but not for long.
func (s *Section) Close() error {
	sections.mu.Lock()
	defer sections.mu.Unlock()
	at := slices.Index(sections.open, s)
	if at < 0 {
		return nil
	}
	sections.open = slices.Delete(sections.open, at, at+1)
	if s.config.Listen == "" {
		return nil
	}
	return hide(s)
}

// freeName is the name that Fluent Bit gives the section that starts next: the
// plugin's, and a number that begins at 0 with every start and reload.
func freeName() string {
	for n := 0; ; n++ {
		if name := fmt.Sprintf("winevent.%d", n); !taken(name) {
			return name
		}
	}
}

func taken(name string) bool {
	return slices.ContainsFunc(sections.open, func(s *Section) bool { return s.config.Name == name })
}
