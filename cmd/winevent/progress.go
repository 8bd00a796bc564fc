package main

import (
	"io"
	"time"

	"github.com/schollz/progressbar/v3"
)

// When a progress bar appears, and how often it is drawn.
const (
	progressDelay = time.Second
	progressPause = 100 * time.Millisecond
)

// progress shows how much of the input is read. It appears only when that
// takes long. A nil *progress shows nothing.
type progress struct {
	to    io.Writer
	size  int64 // -1 when not known
	start time.Time
	done  int64
	bar   *progressbar.ProgressBar
}

func newProgress(to io.Writer, size int64) *progress {
	return &progress{to: to, size: size, start: time.Now()}
}

// add counts n more bytes. Drawing is a courtesy: its errors change nothing.
func (p *progress) add(n int) {
	if p == nil {
		return
	}
	p.done += int64(n)
	if p.bar == nil {
		if time.Since(p.start) < progressDelay {
			return
		}
		p.bar = progressbar.NewOptions64(p.size,
			progressbar.OptionSetWriter(p.to),
			progressbar.OptionSetDescription("enriching"),
			progressbar.OptionShowBytes(true),
			progressbar.OptionThrottle(progressPause),
			progressbar.OptionClearOnFinish())
	}
	_ = p.bar.Set64(p.done)
}

// end takes the bar off the screen.
func (p *progress) end() {
	if p != nil && p.bar != nil {
		_ = p.bar.Clear()
	}
}
