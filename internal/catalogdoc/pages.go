package catalogdoc

import (
	"fmt"
	"strings"

	"winevent/enrich/catalog"
)

// largestPage is how large a page may get, in bytes: beyond it GitHub shows no
// Markdown. A provider with more has several.
const largestPage = 500_000

// provider is all that the catalog has of one.
type provider struct {
	name             string
	described, named []*catalog.Entry
}

// providers lists them in order.
func providers() []*provider {
	var all []*provider
	for i := range catalog.Count() {
		e := catalog.At(i)
		if len(all) == 0 || all[len(all)-1].name != e.Provider {
			all = append(all, &provider{name: e.Provider})
		}
		p := all[len(all)-1]
		if e.Described() {
			p.described = append(p.described, e)
		} else {
			p.named = append(p.named, e)
		}
	}
	return all
}

// slug is the name of a provider's page, without .md.
func slug(name string) string {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(words, "-")
}

// Pages returns the pages by their file names; README.md is the index.
func Pages() map[string]string {
	pages := map[string]string{}
	var index strings.Builder
	described, named := 0, 0
	for _, p := range providers() {
		described, named = described+len(p.described), named+len(p.named)
		parts := p.pages()
		links := make([]string, len(parts))
		for n, part := range parts {
			links[n] = part.link(p.name, len(parts))
		}
		for _, part := range parts {
			if pages[part.file] != "" {
				panic("two providers have the page " + part.file)
			}
			head := "# " + Text(p.name) + "\n\n" + Generated + "[All providers](README.md)\n\n"
			if len(parts) > 1 {
				head += "Events: " + strings.Join(links, ", ") + "\n\n"
			}
			pages[part.file] = head + part.text.String()
		}
		fmt.Fprintf(&index, "| %s | %d | %d |\n", strings.Join(links, ", "), len(p.described), len(p.named))
	}
	pages["README.md"] = "# The catalog\n\n" + Generated +
		"What winevent knows of Windows events, by provider: those that are described, and those of which only parameters and message\n" +
		"are known. `winevent explain CODE` prints the same.\n\n" +
		"| provider | described | named |\n|---|---:|---:|\n" + index.String() + fmt.Sprintf("| **all** | %d | %d |\n", described, named)
	return pages
}

// page is one page of a provider, of which most have no other.
type page struct {
	file        string
	text        strings.Builder
	first, last uint32 // ids
}

// link is the Markdown that leads to the page; parts is how many the provider has.
func (p *page) link(provider string, parts int) string {
	text := Text(provider)
	if parts > 1 {
		text += fmt.Sprintf(" %d to %d", p.first, p.last)
	}
	return fmt.Sprintf("[%s](%s)", text, p.file)
}

// pages returns the provider's page, or several where it would be too large.
func (p *provider) pages() []*page {
	var all []*page
	add := func(id uint32, text string) {
		if len(all) == 0 || all[len(all)-1].text.Len()+len(text) > largestPage {
			file := slug(p.name) + ".md"
			if len(all) > 0 {
				file = fmt.Sprintf("%s-%d.md", slug(p.name), len(all)+1)
			}
			all = append(all, &page{file: file, first: id})
		}
		current := all[len(all)-1]
		current.text.WriteString(text)
		current.first, current.last = min(current.first, id), max(current.last, id)
	}
	for _, e := range p.described {
		add(e.ID, describedText(e))
	}
	for i, e := range p.named {
		text := namedText(e)
		if i == 0 {
			text = "## Events that are only named\n\n" + text
		}
		add(e.ID, text)
	}
	return all
}

// longestMessage is how much of its message the line of a named event shows, in characters.
const longestMessage = 160

// namedText is the line of an event that nobody described.
func namedText(e *catalog.Entry) string {
	message := strings.Join(strings.Fields(e.MessageText()), " ")
	if runes := []rune(message); len(runes) > longestMessage {
		message = string(runes[:longestMessage]) + "…"
	}
	text := strings.TrimSpace(fmt.Sprintf("- **%d** %s", e.ID, special.Replace(message)))
	if len(e.Parameters) > 0 {
		if names := e.Parameters[len(e.Parameters)-1].Names; len(names) > 0 {
			text += " (" + codes(names) + ")"
		}
	}
	return text + "\n"
}
