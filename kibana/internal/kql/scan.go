package kql

import (
	"strconv"
	"strings"
)

type kind int

const (
	end kind = iota
	word
	phrase
	star
	colon
	compare
	open
	closed
	and
	or
	not
	unknown
)

type token struct {
	kind kind
	text string
}

func (t token) String() string {
	if t.kind == end {
		return "the end"
	}
	return strconv.Quote(t.text)
}

const blanks = " \t\r\n"

// scan splits a query into tokens; the last one is the end.
func scan(text string) []token {
	var all []token
	for {
		rest := strings.TrimLeft(text, blanks)
		if rest == "" {
			return append(all, token{})
		}
		t, length := next(rest)
		after := rest[length:]
		// Kibana wants blanks around the words that join, and behind not.
		joins := t.kind == and || t.kind == or
		if joins && rest == text || (joins || t.kind == not) && strings.TrimLeft(after, blanks) == after {
			t.kind = unknown
		}
		all, text = append(all, t), after
	}
}

var signs = []struct {
	text string
	kind kind
}{
	{">=", compare}, {"<=", compare}, {">", compare}, {"<", compare},
	{":", colon}, {"(", open}, {")", closed},
}

// next returns the token at the start of a text, and its length there.
func next(text string) (token, int) {
	if text[0] == '"' {
		return quoted(text)
	}
	for _, s := range signs {
		if strings.HasPrefix(text, s.text) {
			return token{s.kind, s.text}, len(s.text)
		}
	}
	length := strings.IndexAny(text, blanks+`:()<>"`)
	if length < 0 {
		length = len(text)
	}
	return plain(text[:length]), length
}

// plain is a token without quotes. What has a meaning in Kibana that is not read
// here (wildcards, escapes, nested fields) is unknown.
func plain(text string) token {
	switch strings.ToLower(text) {
	case "and":
		return token{and, text}
	case "or":
		return token{or, text}
	case "not":
		return token{not, text}
	case "*":
		return token{star, text}
	case "null", "true", "false": // Kibana makes no text of them
		return token{unknown, text}
	}
	if strings.ContainsAny(text, `*\{}`) {
		return token{unknown, text}
	}
	return token{word, text}
}

// quoted reads a text in quotes, in which \" and \\ stand for themselves.
func quoted(text string) (token, int) {
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			return token{phrase, b.String()}, i + 1
		case c == '\\' && i+1 < len(text) && strings.IndexByte(`\"`, text[i+1]) >= 0:
			i++
			b.WriteByte(text[i])
		case c == '\\':
			return token{unknown, text}, len(text)
		default:
			b.WriteByte(c)
		}
	}
	return token{unknown, text}, len(text)
}
