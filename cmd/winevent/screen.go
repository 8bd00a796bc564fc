package main

import (
	"io"
	"os"

	"github.com/fatih/color"
	"golang.org/x/term"

	"winevent/enrich/catalog"
)

// The width of text: what a pipe or an unknown terminal gets, and the least
// that text is laid out for.
const (
	defaultWidth = 100
	leastWidth   = 40
)

// screen is what a command's output is laid out for.
type screen struct {
	// terminal says that a person reads it as it comes.
	terminal bool
	width    int
	paint    palette
}

// screenOf looks at w. Colour follows fatih/color: not with NO_COLOR, nor with TERM=dumb.
func screenOf(w io.Writer) screen {
	s := screen{width: defaultWidth}
	if f, ok := w.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		s.terminal = true
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			s.width = max(width, leastWidth)
		}
	}
	s.paint = newPalette(s.terminal && !color.NoColor)
	return s
}

// colourable returns w as a writer that understands colour codes on every system.
func colourable(w io.Writer) io.Writer {
	if w == io.Writer(os.Stdout) {
		return color.Output
	}
	return w
}

// palette holds the colours of the program; without colour it leaves text as it is.
type palette struct {
	heading, label, fault *color.Color
	severities            [catalog.Critical + 1]*color.Color
}

func newPalette(on bool) palette {
	paint := func(attributes ...color.Attribute) *color.Color {
		c := color.New(attributes...)
		if on {
			c.EnableColor()
		} else {
			c.DisableColor()
		}
		return c
	}
	return palette{
		heading: paint(color.Bold),
		label:   paint(color.FgCyan),
		fault:   paint(color.FgRed),
		severities: [...]*color.Color{
			catalog.Low:      paint(color.FgBlue),
			catalog.Medium:   paint(color.FgYellow),
			catalog.High:     paint(color.FgRed),
			catalog.Critical: paint(color.FgHiWhite, color.BgRed, color.Bold),
		},
	}
}

// severity colours text as the severity of that name; what is informational stays plain.
func (p palette) severity(name, text string) string {
	s, _ := catalog.ParseSeverity(name)
	if c := p.severities[s]; c != nil {
		return c.Sprint(text)
	}
	return text
}
