package main

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"winevent/enrich/catalog"
)

type catalogOptions struct {
	provider, catalogFile string
	json, named           bool
}

func newCatalog(s streams) *cobra.Command {
	var o catalogOptions
	c := &cobra.Command{
		Use:   "catalog",
		Short: "List the events that the catalog describes, one a line",
		Args:  cobra.NoArgs,
	}
	c.AddCommand(newCatalogCheck(s))
	c.Flags().StringVar(&o.provider, "provider", "", "only this provider's events")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON lines: the objects that explain --json prints")
	c.Flags().BoolVar(&o.named, "named", false, "also the events that nobody described, of which parameters and message are known")
	catalogFlag(c, &o.catalogFile)
	return runs(c, func([]string) error { return o.run(s) })
}

func (o *catalogOptions) run(s streams) error {
	known, err := openCatalog(o.catalogFile)
	if err != nil {
		return err
	}
	entries, named, err := entriesOf(known, o.provider)
	if err != nil {
		return err
	}
	if o.named {
		entries = append(entries, named...)
	}
	var b bytes.Buffer
	if o.json {
		for _, e := range entries {
			if err := appendJSON(&b, explain(e, nil), ""); err != nil {
				return err
			}
		}
	} else {
		appendTable(&b, entries, screenOf(s.out).paint)
	}
	_, err = colourable(s.out).Write(b.Bytes())
	return err
}

// longestNamed is how much of its message stands for the title of an event that has none.
const longestNamed = 80

// appendTable writes a line for each entry. The provider, the longest and least telling, comes last.
func appendTable(b *bytes.Buffer, entries []*catalog.Entry, paint palette) {
	row := func(e *catalog.Entry) [5]string {
		if !e.Described() {
			message, _, _ := strings.Cut(e.MessageText(), "\n")
			return [...]string{fmt.Sprint(e.ID), "-", "-", clip(message, longestNamed), e.Provider}
		}
		return [...]string{fmt.Sprint(e.ID), e.Severity.String(), e.SymbolicName, e.Title, e.Provider}
	}
	var widths [5]int
	for _, e := range entries {
		for i, text := range row(e) {
			widths[i] = max(widths[i], utf8.RuneCountInString(text))
		}
	}
	for _, e := range entries {
		cells := row(e)
		last := len(cells) - 1
		for i, text := range cells[:last] {
			padded := fmt.Sprintf("%-*s  ", widths[i], text)
			if i == 1 {
				padded = paint.severity(text, padded)
			}
			b.WriteString(padded)
		}
		b.WriteString(cells[last] + "\n")
	}
}
