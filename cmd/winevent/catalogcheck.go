package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"winevent/enrich/catalog/userfile"
)

func newCatalogCheck(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "check FILE…",
		Short: "Look for faults in your own files of catalog entries (option catalog_file)",
		Long: `Look for faults in your own files of catalog entries (option catalog_file).

A file without faults gets a line that counts what it changes and adds. Faults
are printed all at once, each with its line, and the exit code is 1.`,
		Example: `  winevent catalog check catalog.yaml`,
		Args:    cobra.MinimumNArgs(1),
	}
	return runs(c, func(files []string) error { return checkCatalogs(s, files) })
}

func checkCatalogs(s streams, files []string) error {
	wrong := 0
	for _, file := range files {
		known, err := userfile.Read(file)
		if err != nil {
			wrong++
			if _, err := fmt.Fprintln(s.out, err); err != nil {
				return err
			}
			continue
		}
		changed, added := known.Own()
		if _, err := fmt.Fprintf(s.out, "%s: no faults; %d events changed, %d added; catalog version %s\n", file, changed, added, known.Version()); err != nil {
			return err
		}
	}
	if wrong > 0 {
		return fmt.Errorf("%d of %d files have faults", wrong, len(files))
	}
	return nil
}
