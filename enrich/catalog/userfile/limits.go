package userfile

import (
	"bytes"
	"fmt"

	"github.com/goccy/go-yaml/token"
)

// The limits of a file, about twice what the sources of the whole built-in catalog
// take. The parser is slow on some texts, such as a line without end.
const (
	maxSize  = 4 << 20 // bytes
	maxLines = 100_000
	maxLine  = 32 << 10 // bytes
	maxKeys  = 2_000    // of one mapping, or lines of one text
)

// tooLarge says which limit a text goes beyond, or "".
func tooLarge(text []byte) string {
	if len(text) > maxSize {
		return fmt.Sprintf("is larger than %d MB: an entry needs only what it changes", maxSize>>20)
	}
	lines := 0
	var runs [maxColumn]int
	for line := range bytes.Lines(text) {
		lines++
		if len(line) > maxLine {
			return fmt.Sprintf("line %d is longer than %d KB: break it", lines, maxLine>>10)
		}
		if count(&runs, line) > maxKeys {
			return fmt.Sprintf("has more than %d keys or lines of text beside each other: line %d", maxKeys, lines)
		}
	}
	if lines > maxLines {
		return fmt.Sprintf("has more than %d lines: an entry needs only what it changes", maxLines)
	}
	return ""
}

// count adds a line to the run of lines that are indented like it, and ends the
// runs of those that are indented more. It returns how long the run is.
func count(runs *[maxColumn]int, line []byte) int {
	content := bytes.TrimLeft(line, " ")
	indent := min(len(line)-len(content), maxColumn-1)
	if len(bytes.TrimSpace(content)) == 0 || content[0] == '#' {
		return 0
	}
	clear(runs[indent+1:])
	if content[0] == '-' { // an entry of a list, of which there may be many
		return 0
	}
	runs[indent]++
	return runs[indent]
}

// The limits for what the parser is given: it calls itself for each level.
const (
	maxBrackets = 20
	maxColumn   = 200
)

// tooDeep returns the line on which brackets or hyphens are nested deeper than
// any entry needs, or 0.
func tooDeep(tokens token.Tokens) int {
	depth := 0
	for _, t := range tokens {
		switch t.Type {
		case token.SequenceStartType, token.MappingStartType:
			depth++
		case token.SequenceEndType, token.MappingEndType:
			depth--
		case token.SequenceEntryType, token.MappingKeyType, token.AnchorType, token.TagType:
			if t.Position.Column > maxColumn {
				return t.Position.Line
			}
		}
		if depth > maxBrackets {
			return t.Position.Line
		}
	}
	return 0
}
