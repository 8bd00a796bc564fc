package main

import (
	"bytes"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// labelWidth is the column in which the texts of a sheet begin.
const labelWidth = 16

// sheet lays out labelled paragraphs, wrapped at the width of the screen.
type sheet struct {
	bytes.Buffer
	screen screen
	// indent is the column in which labels begin.
	indent int
}

// row writes a label and the text beside it, line ends in the text kept. It
// writes nothing when there is no text.
func (s *sheet) row(label, text string) { s.item(label, "", text) }

// list writes a row of items, each under the other.
func (s *sheet) list(label string, items []string) {
	for _, item := range items {
		s.item(label, "", item)
		label = ""
	}
}

// steps is list with numbers.
func (s *sheet) steps(label string, items []string) {
	for i, item := range items {
		s.item(label, fmt.Sprintf("%d. ", i+1), item)
		label = ""
	}
}

// verbatim is row without wrapping: for a command to copy.
func (s *sheet) verbatim(label, text string) { s.row(label, strings.ReplaceAll(text, " ", noBreak)) }

// noBreak is a blank at which wrap does not break. It is printed as a blank.
const noBreak = "\u00a0"

// item writes text beside label, behind bullet; further lines hang below the text.
func (s *sheet) item(label, bullet, text string) {
	if text == "" {
		return
	}
	column := s.indent + labelWidth + len(bullet)
	for i, line := range wrap(text, s.screen.width-column) {
		line = strings.ReplaceAll(line, noBreak, " ")
		switch {
		case i == 0:
			s.pad(s.indent)
			if label != "" {
				s.WriteString(s.screen.paint.label.Sprint(label))
			}
			s.pad(labelWidth - utf8.RuneCountInString(label))
			s.WriteString(bullet)
		case line != "":
			s.pad(column)
		}
		s.WriteString(line)
		s.WriteByte('\n')
	}
}

func (s *sheet) pad(n int) {
	for range n {
		s.WriteByte(' ')
	}
}

// wrap breaks text at blanks into lines of at most width characters. A word
// that is longer stays whole: it may be a command to copy. Line ends of the
// text stay, and so does a line's own indentation.
func wrap(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		indent := paragraph[:len(paragraph)-len(strings.TrimLeft(paragraph, " "))]
		line, used := indent, 0
		for word := range strings.SplitSeq(paragraph[len(indent):], " ") {
			size := utf8.RuneCountInString(word)
			switch {
			case line == indent:
				used = len(indent) + size
			case used+1+size > width:
				lines = append(lines, line)
				line, used = indent, len(indent)+size
			default:
				line += " "
				used += 1 + size
			}
			line += word
		}
		lines = append(lines, strings.TrimRight(line, " "))
	}
	return lines
}

// clean makes text from an event safe for a terminal: control characters, which
// could move the cursor or change the title, become U+FFFD.
func clean(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Bidi_Control, r) {
			return utf8.RuneError
		}
		return r
	}, text)
}

// clip cuts text to width characters.
func clip(text string, width int) string {
	if utf8.RuneCountInString(text) <= width {
		return text
	}
	return string([]rune(text)[:max(width-1, 0)]) + "…"
}
