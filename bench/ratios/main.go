// Command ratios runs the benchmarks several times, side by side in one run,
// and prints one table: each row's median time for a record, its throughput,
// how many times as fast as each peer winevent is ("winevent is", more is
// better) and how much of the peer's processor time it takes ("cpu ratio", less
// is better).
//
// With -compare it holds these ratios against those of a table that an earlier
// run printed, and warns of each that became much worse. A warning does not make
// it fail: on a busy machine single ratios are off.
package main

import (
	"bufio"
	"cmp"
	"flag"
	"fmt"
	"io"
	"maps"
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
	benchtime := flag.String("benchtime", "1s", "how long each runs")
	compare := flag.String("compare", "", "a table that was written before")
	write := flag.String("write", "", "a file to write the table to")
	flag.Parse()
	if err := run(*count, *pattern, *benchtime, *compare, *write); err != nil {
		fmt.Fprintln(os.Stderr, "ratios:", err)
		os.Exit(1)
	}
}

// run goes through all benchmarks count times, so that what changes on the
// machine meanwhile meets all of them.
func run(count int, pattern, benchtime, compare, write string) error {
	var rows []*row
	for range count {
		cmd := exec.Command("go", "test", "winevent/bench", "winevent/enrich/catalog", "-run", "^$", "-bench", pattern, "-benchtime", benchtime)
		cmd.Stderr = os.Stderr
		out, err := cmd.StdoutPipe()
		if err != nil {
			return err
		}
		if err := cmd.Start(); err != nil {
			return err
		}
		rows = read(rows, io.TeeReader(out, os.Stderr))
		if err := cmd.Wait(); err != nil {
			return err
		}
	}
	if len(rows) == 0 {
		return fmt.Errorf("no benchmark matches %q", pattern)
	}
	table := tableOf(rows)
	fmt.Print("\n" + table)
	if write != "" {
		return os.WriteFile(write, []byte(table), 0o644)
	}
	if compare != "" {
		then, err := os.ReadFile(compare)
		if err != nil {
			return err
		}
		warn(rows, string(then))
	}
	return nil
}

// row is one benchmark with one way to do it.
type row struct {
	name, variant     string
	times, throughput []float64 // ns for an operation or a record, MB/s
	cpu               []float64 // processor ns for a record, where it is measured
	allocations       string
	parts             map[string][]float64 // ns of a record by part of the path
	sizes             []string             // bytes of a document
}

var line = regexp.MustCompile(`^Benchmark(\S+?)(?:/(winevent|peer=\S+?))?(?:-\d+)?\s+\d+\s+(.*)$`)

// read adds the lines that "go test -bench" prints.
func read(rows []*row, r io.Reader) []*row {
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
	r.sizes = r.sizes[:0]
	units := map[string]string{}
	for i := 0; i+1 < len(fields); i += 2 {
		units[fields[i+1]] = fields[i]
	}
	r.times = append(r.times, number(cmp.Or(units["ns/record"], units["ns/op"])))
	if v, ok := units["MB/s"]; ok {
		r.throughput = append(r.throughput, number(v))
	}
	if v, ok := units["cpu-ns/record"]; ok {
		r.cpu = append(r.cpu, number(v))
	}
	for unit, value := range units {
		if strings.HasSuffix(unit, "B/doc") {
			r.sizes = append(r.sizes, value+" "+unit)
		}
		part, found := strings.CutSuffix(unit, "-ns/record")
		if found && part != "cpu" {
			if r.parts == nil {
				r.parts = map[string][]float64{}
			}
			r.parts[part] = append(r.parts[part], number(value))
		}
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

func tableOf(rows []*row) string {
	var out strings.Builder
	const layout = "%-48s %-34s %12s %8s %12s %12s %12s %10s\n"
	fmt.Fprintf(&out, layout, "benchmark", "way", "ns/record", "MB/s", "allocs/op", "winevent is", "cpu ns/rec.", "cpu ratio")
	for _, r := range rows {
		if len(r.sizes) > 0 {
			continue
		}
		speed, load, cpu := "", "", ""
		if len(r.cpu) > 0 {
			cpu = fmt.Sprintf("%.0f", median(r.cpu))
		}
		if own := ownOf(rows, r); own != nil {
			speed = fmt.Sprintf("%.2fx", median(r.times)/median(own.times))
			if len(r.cpu) > 0 && len(own.cpu) > 0 {
				load = fmt.Sprintf("%.2fx", median(own.cpu)/median(r.cpu))
			}
		}
		fmt.Fprintf(&out, layout, r.name, cmp.Or(r.variant, "-"), fmt.Sprintf("%.0f", median(r.times)),
			fmt.Sprintf("%.0f", median(r.throughput)), r.allocations, speed, cpu, load)
	}
	addSizes(&out, rows)
	addParts(&out, rows)
	return out.String()
}

// ownOf returns winevent's row beside a peer's, or nil.
func ownOf(rows []*row, peer *row) *row {
	for _, own := range rows {
		if own.name == peer.name && own.variant == "winevent" && peer.variant != "winevent" {
			return own
		}
	}
	return nil
}

// tolerance is how many times worse a ratio may be without a warning.
const tolerance = 1.5

var tableLine = regexp.MustCompile(`^(\S+) +(peer=\S+) .* (\d+\.\d+)x`)

// warn prints each peer beside which winevent was faster in the table, by more than the tolerance.
func warn(rows []*row, table string) {
	compared := 0
	for line := range strings.Lines(table) {
		m := tableLine.FindStringSubmatch(line)
		if m == nil {
			continue
		}
		for _, r := range rows {
			own := ownOf(rows, r)
			if r.name != m[1] || r.variant != m[2] || own == nil {
				continue
			}
			compared++
			if now, then := median(r.times)/median(own.times), number(m[3]); now*tolerance < then {
				fmt.Printf("warning: %s beside %s: winevent is %.2fx as fast, and was %.2fx in the table\n", r.name, r.variant, now, then)
			}
		}
	}
	fmt.Printf("%d ratios compared with the table\n", compared)
}

// addSizes tells how many bytes a document takes.
func addSizes(out io.Writer, rows []*row) {
	for _, r := range rows {
		if len(r.sizes) > 0 {
			slices.Sort(r.sizes)
			fmt.Fprintf(out, "%s: %s\n", r.name, strings.Join(r.sizes, ", "))
		}
	}
}

// addParts tells where the time of a record goes. Parts that wait for each other
// add up to more than the whole.
func addParts(out io.Writer, rows []*row) {
	for _, r := range rows {
		total := 0.0
		for _, v := range r.parts {
			total += median(v)
		}
		for _, part := range slices.Sorted(maps.Keys(r.parts)) {
			v := median(r.parts[part])
			fmt.Fprintf(out, "%s: %-10s %6.0f ns a record, %3.0f %%\n", r.name, part, v, 100*v/total)
		}
	}
}
