package entryfile

import (
	"regexp"
	"strconv"
	"strings"
)

var (
	filler = regexp.MustCompile(`(?i)contact your (system )?administrator|check the logs?\b|^investigate\b`)
	// eventNumbers finds what a text calls an event: "event 4740", "events 4728, 4732 and 4756", "Id=2004,2071".
	eventNumbers = regexp.MustCompile(`\b(?:[Ee]vents?|[Ee]vent ids?|Id) ?[ =](\d{1,5}(?:(?:, ?| and | or | to )\d{1,5}\b)*)`)
	errorNumbers = regexp.MustCompile(`\b[Ee]rror (?:code )?(0x[0-9A-Fa-f]{8}|\d{1,5})\b`)
	number       = regexp.MustCompile(`\d+`)
)

// optional is text for what a user's entry may leave out.
func (c *checker) optional(key, text string, longest int) {
	if !c.own || text != "" {
		c.text(key, text, longest)
	}
}

func (c *checker) text(key, text string, longest int) {
	switch n := len([]rune(text)); {
	case n == 0:
		c.fault(key, "is missing: write it")
	case n > longest:
		c.fault(key, "has %d characters: write at most %d", n, longest)
	case strings.TrimSpace(text) != text || strings.ContainsAny(text, "\n\r\t"):
		c.fault(key, "has white space at its ends or more than one line: write one line")
	case !c.own && filler.MatchString(text):
		c.fault(key, "is no instruction: %q", filler.FindString(text))
	}
	if !c.own {
		c.numbers(key, text)
	}
}

// numbers checks that the events and error codes that a text names are there.
func (c *checker) numbers(key, text string) {
	for _, m := range eventNumbers.FindAllStringSubmatch(text, -1) {
		for _, n := range number.FindAllString(m[1], -1) {
			if id, _ := strconv.ParseUint(n, 10, 32); !c.facts.Exists("", uint32(id)) {
				c.fault(key, "names event %d, which does not exist", id)
			}
		}
	}
	for _, m := range errorNumbers.FindAllStringSubmatch(text, -1) {
		if code, _ := strconv.ParseUint(m[1], 0, 32); !c.facts.ErrorCode(uint32(code)) && code>>16 != 0x8007 {
			c.fault(key, "names error %s, which no table has", m[1])
		}
	}
}
