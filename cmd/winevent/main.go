// The winevent command enriches records of Windows events as the plugin does,
// and answers what a person wants to know about an event.
//
// Each command is a file of its own name; main.go ties them together, and
// exit.go decides how the program ends.
package main

import (
	"io"
	"os"

	"github.com/spf13/cobra"
)

func main() { os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr)) }

// streams is where a command reads and writes.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// run runs the command line and returns the exit code. An error is printed
// here and nowhere else.
func run(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	root := newRoot(streams{stdin, stdout, stderr})
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	return finish(stderr, root.Execute())
}

func newRoot(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:           "winevent",
		Short:         "Enrich and explain Windows events",
		Long:          "Enrich and explain Windows events.\n\n" + exitHelp,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE: func(*cobra.Command, []string) error {
			return usageErrorf("no command given; winevent --help lists them")
		},
	}
	root.AddCommand(newEnrich(s), newExplain(s), newCatalog(s), newShow(s), newCheck(s), newHealth(s), newSetup(s), newConvertConfig(s),
		newVersion(s))
	return root
}

// runs gives c its work. An error that states no exit code becomes exitFailed
// here, so that those which cobra returns by itself can be told apart.
func runs(c *cobra.Command, work func(args []string) error) *cobra.Command {
	c.RunE = func(_ *cobra.Command, args []string) error { return withCode(work(args)) }
	return c
}
