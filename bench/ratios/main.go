// Command ratios runs the benchmarks several times, side by side in one run,
// and prints one table: each row's median time for a record, its throughput,
// and how many times as fast as each peer it is.
package main

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

func main() {
	count := flag.Int("count", 5, "runs of each benchmark; medians are printed")
	pattern := flag.String("bench", ".", "which benchmarks")
	flag.Parse()
	if err := run(*count, *pattern); err != nil {
		fmt.Fprintln(os.Stderr, "ratios:", err)
		os.Exit(1)
	}
}

func run(count int, pattern string) error {
	cmd := exec.Command("go", "test", "winevent/bench", "winevent/enrich/catalog", "-run", "^$", "-bench", pattern, "-count", strconv.Itoa(count))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	rows := read(io.TeeReader(out, os.Stderr))
	if err := cmd.Wait(); err != nil {
		return err
	}
	if len(rows) == 0 {
		return fmt.Errorf("no benchmark matches %q", pattern)
	}
	printTable(rows)
	return nil
}

// row is one benchmark with one way to do it.
type row struct {
	name, variant     string
	times, throughput []float64 // ns for an operation or a record, MB/s
	allocations       string
}

var line = regexp.MustCompile(`^Benchmark([^/\s]+?)(?:/(\S+?))?(?:-\d+)?\s+\d+\s+(.*)$`)

// read collects the lines that "go test -bench" prints.
func read(r io.Reader) []*row {
	var rows []*row
	for s := bufio.NewScanner(r); s.Scan(); {
		m := line.FindStringSubmatch(s.Text())
		if m == nil {
			continue
		}
		i := slices.IndexFunc(rows, func(r *row) bool { return r.name == m[1] && r.variant == m[2] })
		if i < 0 {
			rows = append(rows, &row{name: m[1], variant: m[2]})
			i = len(rows) - 1
		}
		rows[i].add(strings.Fields(m[3]))
	}
	return rows
}

// add notes the pairs of value and unit of one run.
func (r *row) add(fields []string) {
	units := map[string]string{}
	for i := 0; i+1 < len(fields); i += 2 {
		units[fields[i+1]] = fields[i]
	}
	r.times = append(r.times, number(cmp.Or(units["ns/record"], units["ns/op"])))
	if v, ok := units["MB/s"]; ok {
		r.throughput = append(r.throughput, number(v))
	}
	r.allocations = cmp.Or(units["allocs/op"], "-")
}

func number(s string) float64 {
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return 0
	}
	return v
}

func median(v []float64) float64 {
	if len(v) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(v))
	return sorted[len(sorted)/2]
}

func printTable(rows []*row) {
	fmt.Printf("\n%-26s %-36s %12s %10s %12s %10s\n", "benchmark", "way", "ns/record", "MB/s", "allocs/op", "winevent is")
	for _, r := range rows {
		ratio := ""
		for _, own := range rows {
			if own.name == r.name && own.variant == "winevent" && r.variant != "winevent" {
				ratio = fmt.Sprintf("%.1fx", median(r.times)/median(own.times))
			}
		}
		fmt.Printf("%-26s %-36s %12.0f %10.0f %12s %10s\n", r.name, cmp.Or(r.variant, "-"),
			median(r.times), median(r.throughput), r.allocations, ratio)
	}
}
