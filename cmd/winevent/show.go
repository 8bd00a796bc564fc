package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"

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
	for i := range inputs {
		if err := showInput(out, page, &inputs[i]); err != nil {
			return errors.Join(err, out.Flush())
		}
	}
	return out.Flush()
}

func showInput(out *bufio.Writer, page *sheet, in *input) error {
	r, err := in.lines(nil)
	if err != nil {
		return err
	}
	for {
		if r.mayWait() {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		line, err := r.next()
		switch {
		case errors.Is(err, io.EOF):
			return nil
		case err != nil:
			return fmt.Errorf("read %s: %w", in.name, err)
		}
		page.Reset()
		page.card(line)
		if _, err := out.Write(page.Bytes()); err != nil {
			return err
		}
	}
}
