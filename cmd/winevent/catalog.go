package main

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"winevent/enrich/catalog"
)

type catalogOptions struct {
	provider string
	json     bool
}

func newCatalog(s streams) *cobra.Command {
	var o catalogOptions
	c := &cobra.Command{
		Use:   "catalog",
		Short: "List the events that the catalog knows, one a line",
		Args:  cobra.NoArgs,
	}
	c.Flags().StringVar(&o.provider, "provider", "", "only this provider's events")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON lines: the objects that explain --json prints")
	return runs(c, func([]string) error { return o.run(s) })
}

func (o *catalogOptions) run(s streams) error {
	entries, err := entriesOf(o.provider)
	if err != nil {
		return err
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

// appendTable writes a line for each entry. The provider, the longest and least telling, comes last.
func appendTable(b *bytes.Buffer, entries []*catalog.Entry, paint palette) {
	row := func(e *catalog.Entry) [5]string {
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
