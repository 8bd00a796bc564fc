// Command gen compiles the catalog's sources into Go tables. It names every
// fault it finds and writes nothing when there is one.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("out", ".", "the folder to write into")
	only := flag.String("only", "", "check only this file of events, and write nothing")
	flag.Parse()
	if err := run("source", *out, *only); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run reads the sources in dir and writes the tables into out.
func run(dir, out, only string) error {
	c, err := readSources(dir, only)
	if err != nil {
		return err
	}
	if only != "" && len(c.files) == 0 {
		return fmt.Errorf("there is no %s in %s", only, dir)
	}
	if err := c.validate(); err != nil || only != "" {
		return err
	}
	return c.write(out)
}
