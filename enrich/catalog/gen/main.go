// Command gen compiles the catalog's sources into Go tables. It stops at the
// first source file with a fault and names every fault of that file.
package main

import (
	"flag"
	"fmt"
	"os"
)

func main() {
	out := flag.String("out", ".", "the folder to write into")
	flag.Parse()
	if err := run("source", *out); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// run reads the sources in dir and writes the tables into out.
func run(dir, out string) error {
	c, err := readSources(dir)
	if err != nil {
		return err
	}
	if err := c.validate(); err != nil {
		return err
	}
	return c.write(out)
}
