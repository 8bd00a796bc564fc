// Package catalogdoc writes what the compiled catalog knows as Markdown: a page
// for each provider, and how far the catalog reaches. Only the tests of package
// docs use it, which write the pages and hold them against the code.
package catalogdoc

import (
	"regexp"
	"strings"
)

// Generated stands at the head of every page.
const Generated = "<!-- Generated from the code by \"make golden\". Do not edit. -->\n\n"

var (
	address = regexp.MustCompile(`https?://[^\s<>"]+`)
	special = strings.NewReplacer(`\`, `\\`, `*`, `\*`, `_`, `\_`, `<`, `\<`, `>`, `\>`, `[`, `\[`, `]`, `\]`, `|`, `\|`, `~`, `\~`,
		`&`, `\&`, "`", "\\`", `#`, `\#`, `$`, `\$`)
)

// Text makes a text of the catalog safe for Markdown. What stands between
// backticks stays code, addresses become links, all else appears as it is.
func Text(s string) string {
	parts := strings.Split(s, "`")
	if len(parts)%2 == 0 { // a backtick alone
		return outside(s)
	}
	var b strings.Builder
	for i, part := range parts {
		switch {
		case i%2 == 0:
			b.WriteString(outside(part))
		case part == "":
			b.WriteString("\\`\\`")
		default:
			b.WriteString("`" + part + "`")
		}
	}
	return b.String()
}

// outside escapes a text that has no code in it.
func outside(s string) string {
	var b strings.Builder
	for s != "" {
		at := address.FindStringIndex(s)
		if at == nil {
			break
		}
		b.WriteString(special.Replace(s[:at[0]]))
		link := ended(s[at[0]:at[1]])
		b.WriteString("<" + link + ">")
		s = s[at[0]+len(link):]
	}
	b.WriteString(special.Replace(s))
	return b.String()
}

// ended is an address without the punctuation of the sentence around it.
func ended(link string) string {
	for {
		short := strings.TrimRight(link, ".,;:'")
		if strings.HasSuffix(short, ")") && strings.Count(short, "(") < strings.Count(short, ")") {
			short = short[:len(short)-1]
		}
		if short == link {
			return link
		}
		link = short
	}
}

// Code makes a text a span of code, whatever it holds.
func Code(s string) string {
	if s == "" {
		return ""
	}
	fence := "`"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	if strings.HasPrefix(s, "`") || strings.HasSuffix(s, "`") {
		return fence + " " + s + " " + fence
	}
	return fence + s + fence
}

// codes makes each text a span of code.
func codes(all []string) string {
	spans := make([]string, len(all))
	for i, s := range all {
		spans[i] = Code(s)
	}
	return strings.Join(spans, ", ")
}

// block is a fenced block of text.
func block(s string) string {
	fence := "```"
	for strings.Contains(s, fence) {
		fence += "`"
	}
	return fence + "text\n" + s + "\n" + fence + "\n\n"
}
