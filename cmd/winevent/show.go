package main

import (
	"bufio"
	"errors"

	"github.com/spf13/cobra"
)

func newShow(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "show [FILE…]",
		Short: "Lay enriched documents out for reading",
		Long: `Lay out for reading what the plugin or "winevent enrich" wrote: one document on
each line of the files (.gz too) or of the standard input (-).`,
		Example: `  winevent show /var/log/winevent/events.ndjson | less -R`,
	}
	return runs(c, func(args []string) error { return show(s, args) })
}

func show(s streams, files []string) error {
	inputs, err := openInputs(files, s.in)
	if err != nil {
		return err
	}
	defer inputs.close()
	out := bufio.NewWriterSize(colourable(s.out), ioBuffer)
	page := &sheet{screen: screenOf(s.out), indent: cardIndent}
	line := func(line []byte) error {
		page.Reset()
		page.card(line)
		_, err := out.Write(page.Bytes())
		return err
	}
	for i := range inputs {
		if err := inputs[i].each(nil, out, line); err != nil {
			return errors.Join(err, out.Flush())
		}
	}
	return out.Flush()
}
