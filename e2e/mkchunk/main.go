// Command mkchunk turns JSON lines (standard input) into a chunk as Fluent Bit
// hands it to an output (standard output). Record n was read n seconds after
// the beginning of 2026.
package main

import (
	"bufio"
	"fmt"
	"os"
	"time"

	"winevent/internal/testchunk"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "mkchunk:", err)
		os.Exit(1)
	}
}

func run() error {
	lines := bufio.NewScanner(os.Stdin)
	lines.Buffer(nil, 64<<20)
	at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var chunk []byte
	var err error
	for lines.Scan() {
		if chunk, err = testchunk.AppendLine(chunk, lines.Bytes(), at, testchunk.WithMetadata); err != nil {
			return err
		}
		at = at.Add(time.Second)
	}
	if err := lines.Err(); err != nil {
		return err
	}
	_, err = os.Stdout.Write(chunk)
	return err
}
