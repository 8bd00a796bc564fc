package userfile

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"winevent/enrich/catalog/entryfile"
)

// Fault is something wrong with a file.
type Fault struct {
	File string
	// Line in the file, from 1; 0 for the file as a whole.
	Line int
	// Event names the event; empty for what is outside of any.
	Event string
	// Key is the key at fault, with dots; Value what it says, if that is a text.
	Key, Value string
	// Text says what is wrong and what to write instead.
	Text string
}

// longestShown is how much of a value a fault shows, in characters.
const longestShown = 60

// Error implements error: FILE:LINE: EVENT: KEY "VALUE": TEXT.
func (f *Fault) Error() string {
	var b strings.Builder
	b.WriteString(f.File)
	if f.Line > 0 {
		fmt.Fprintf(&b, ":%d", f.Line)
	}
	b.WriteString(": ")
	if f.Event != "" {
		b.WriteString(f.Event + ": ")
	}
	if f.Key != "" {
		b.WriteString(f.Key)
		value := f.Value
		if runes := []rune(value); len(runes) > longestShown {
			value = string(runes[:longestShown]) + "…"
		}
		if quoted := strconv.Quote(value); value != "" && !strings.Contains(f.Text, quoted) {
			b.WriteString(" " + quoted)
		}
		b.WriteString(": ")
	}
	b.WriteString(f.Text)
	return b.String()
}

func sortFaults(faults []*Fault) {
	slices.SortStableFunc(faults, func(a, b *Fault) int { return cmp.Compare(a.Line, b.Line) })
}

// find returns where a key stands, or the nearest key around it that stands in the file.
func (e *event) find(key string) place {
	for key != "" {
		if at, ok := e.places[key]; ok {
			return at
		}
		key = key[:max(strings.LastIndexAny(key, ".["), 0)]
	}
	return place{line: e.line}
}

// branchByNumber turns by_error[name], as the checks say it, into by_error[0], as places have it.
func branchByNumber(key string, branches []entryfile.Branch) string {
	const list = "remediation.by_error["
	rest, ok := strings.CutPrefix(key, list)
	if !ok {
		return key
	}
	for i, b := range branches {
		if after, ok := strings.CutPrefix(rest, b.Name+"]"); ok {
			return list + strconv.Itoa(i) + "]" + after
		}
	}
	return key
}
