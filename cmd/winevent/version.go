package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"winevent/enrich"
	"winevent/enrich/catalog"
	"winevent/version"
)

func newVersion(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "version",
		Short: "Print the versions of program, catalog and ECS, one \"key value\" a line",
		Args:  cobra.NoArgs,
	}
	return runs(c, func([]string) error {
		_, err := fmt.Fprintf(s.out, "version %s\ncommit %s\ncatalog_version %s\necs_version %s\n",
			version.Version, version.Commit(), catalog.Version(), enrich.ECSVersion)
		return err
	})
}
