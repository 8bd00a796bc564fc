package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"winevent/outputs"
	"winevent/outputs/elasticsearch"
	"winevent/outputs/file"
	"winevent/outputs/kafka"
	"winevent/plugin/config"
)

type checkOptions struct {
	config  string
	timeout time.Duration
	json    bool
}

func newCheck(s streams) *cobra.Command {
	var o checkOptions
	c := &cobra.Command{
		Use:   "check --config FILE",
		Short: "Test whether the outputs winevent of a Fluent Bit configuration would work",
		Long: `Test whether the outputs winevent of a Fluent Bit configuration (classic or YAML)
would work, each of them, and say what is wrong and what to do about it: the
options, the files, for Kafka every broker, the topics and the user's rights, for
Elasticsearch every node, the credentials and the template.
No event is written and no topic made, so that it may run beside Fluent Bit.

Run it on Fluent Bit's machine, as Fluent Bit's user and with its environment:
what can be reached and read depends on them.

Exit codes: 0 every output would work (there may be warnings), 1 at least one
would not, 2 wrong usage (also a configuration that cannot be read or has no
output winevent).`,
		Example: `  winevent check --config /etc/fluent-bit/fluent-bit.yaml
  sudo -u fluent-bit winevent check --config fluent-bit.conf --timeout 30s
  winevent check --config fluent-bit.conf --json | jq '.[].findings[] | select(.level == "fault")'`,
		Args: cobra.NoArgs,
	}
	c.Flags().StringVar(&o.config, "config", "", "the Fluent Bit configuration (classic or YAML)")
	c.Flags().DurationVar(&o.timeout, "timeout", 10*time.Second, "how long to wait for the destinations")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON: an array with an object for each output winevent")
	return runs(c, func([]string) error { return o.run(s) })
}

func (o *checkOptions) run(s streams) error {
	switch {
	case o.config == "":
		return usageErrorf("--config is missing: name the Fluent Bit configuration to check")
	case o.timeout <= 0:
		return usageErrorf("--timeout %v: must be more than 0, such as 10s", o.timeout)
	}
	sections, err := readSections(o.config)
	if err != nil {
		return usageErrorf("--config %s: %w", o.config, err)
	}
	reports := checkSections(sections, o.timeout)
	verdict, works := summary(reports)
	out := &sheet{screen: screenOf(s.out)}
	if o.json {
		if err := appendJSON(&out.Buffer, reports, "  "); err != nil {
			return err
		}
	} else {
		for i := range reports {
			out.report(&reports[i])
		}
		if works {
			fmt.Fprintln(out, verdict)
		}
	}
	if _, err := colourable(s.out).Write(out.Bytes()); err != nil {
		return err
	}
	if !works {
		return errors.New(verdict)
	}
	return nil
}

// report is what is found out about one section.
type report struct {
	// Section is its number among the outputs winevent, from 1.
	Section     int              `json:"section"`
	Alias       string           `json:"alias,omitempty"`
	Output      string           `json:"output"`
	Destination string           `json:"destination,omitempty"`
	OK          bool             `json:"ok"`
	Findings    outputs.Findings `json:"findings"`
}

// checkSections checks all sections; what is in the network at the same time.
func checkSections(sections []section, timeout time.Duration) []report {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	defer cancel()
	reports := make([]report, len(sections))
	var opened files
	defer opened.close()
	var all sync.WaitGroup
	for i, s := range sections {
		r := &reports[i]
		r.Section, r.Alias, r.Output = i+1, s.get("alias"), s.get("output")
		c, ok := r.readOptions(s)
		if !ok {
			continue
		}
		r.Output, r.Destination = c.Output, destination(&c)
		r.checkCore(s)
		r.checkFile(&opened, "dead_letter_file", file.Config{Path: c.DeadLetterFile})
		switch c.Output {
		case "stdout":
			r.Findings.OK("documents go to the standard output of Fluent Bit")
		case "file":
			r.checkFile(&opened, "file_path", file.Config{Path: c.FilePath, MaxSize: c.FileMaxSize, MaxFiles: c.FileMaxFiles})
		case "kafka":
			all.Go(func() { r.Findings = append(r.Findings, kafka.Check(ctx, c.Kafka)...) })
		case "elasticsearch":
			all.Go(func() { r.Findings = append(r.Findings, elasticsearch.Check(ctx, c.Elasticsearch)...) })
		default:
			r.Findings.Warn("read Fluent Bit's log after its start", "the destination was not looked at: this command cannot for output %s", c.Output)
		}
	}
	all.Wait()
	for i := range reports {
		reports[i].OK = reports[i].Findings.Count(outputs.Fault) == 0
	}
	return reports
}

// readOptions reads the section as the plugin does, and finds unknown keys too.
func (r *report) readOptions(s section) (config.Config, bool) {
	c, faults := s.options()
	for _, err := range faults {
		var f *config.Fault
		if errors.As(err, &f) {
			r.Findings.Fault(f.Fix, "wrong option: %s %q", f.Key, f.Value)
			continue
		}
		r.Findings.Fault("correct it", "wrong option: %v", err)
	}
	return c, len(faults) == 0
}

// destination names where a section's documents go.
func destination(c *config.Config) string {
	switch c.Output {
	case "file":
		return c.FilePath
	case "kafka":
		return fmt.Sprintf("%s, topic %s", strings.Join(c.Kafka.Brokers, ","), c.Kafka.Topic)
	}
	return ""
}

// checkCore looks at what Fluent Bit itself does with a section.
func (r *report) checkCore(s section) {
	switch limit := s.get("retry_limit"); strings.ToLower(limit) {
	case "no_limits", "false", "off":
	case "":
		r.Findings.Warn("set retry_limit no_limits", "retry_limit is not set: Fluent Bit drops a chunk after one retry")
	default:
		r.Findings.Warn("set retry_limit no_limits", "retry_limit is %s: Fluent Bit drops a chunk after that many retries", limit)
	}
	for _, p := range s {
		switch key := strings.ToLower(p.key); {
		case key == "host", key == "port", key == "tls", strings.HasPrefix(key, "tls."):
			r.Findings.Warn("remove it: the options of a destination begin with its name (kafka_brokers, kafka_tls)",
				"%s is Fluent Bit's own and does nothing for an output winevent", p.key)
		}
	}
}

// files are those of all sections: which of them do not agree shows when all are open.
type files []*file.Output

func (f files) close() {
	for _, o := range f {
		_ = o.Close() // nothing was written
	}
}

// checkFile looks at a file that the option key names.
func (r *report) checkFile(opened *files, key string, c file.Config) {
	o, err := file.Open(c)
	if err != nil {
		r.Findings.Fault("name another file, or make the limits equal", "%s: %v", key, err)
		return
	}
	*opened = append(*opened, o)
	if !filepath.IsAbs(c.Path) {
		r.Findings.Warn("write the whole path", "%s %q depends on the folder in which Fluent Bit is started; looked at is this one", key, c.Path)
		if absolute, err := filepath.Abs(c.Path); err == nil {
			c.Path = absolute
		}
	}
	found := file.Check(c)
	found.What = key + ": " + found.What
	r.Findings = append(r.Findings, found)
}

// summary is the last line, and whether all sections would work.
func summary(reports []report) (line string, works bool) {
	var failed, faults, warnings int
	for i := range reports {
		if !reports[i].OK {
			failed++
		}
		faults += reports[i].Findings.Count(outputs.Fault)
		warnings += reports[i].Findings.Count(outputs.Warning)
	}
	all := counted(len(reports), "output")
	if failed > 0 {
		return fmt.Sprintf("%d of %s would not work (%s, %s)", failed, all, counted(faults, "fault"), counted(warnings, "warning")), false
	}
	return fmt.Sprintf("%d of %s would work (%s)", len(reports), all, counted(warnings, "warning")), true
}

func counted(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// The columns in which findings, and their texts, begin.
const (
	findingIndent = 2
	findingText   = findingIndent + 9
)

// report writes a section's findings, each on a line; on a terminal wrapped.
func (s *sheet) report(r *report) {
	title := fmt.Sprintf("Output %d", r.Section)
	if r.Alias != "" {
		title += fmt.Sprintf(" %q", r.Alias)
	}
	title = strings.TrimRight(fmt.Sprintf("%s: %s %s", title, r.Output, r.Destination), " :")
	fmt.Fprintln(s, s.screen.paint.heading.Sprint(clean(title)))
	for _, f := range r.Findings {
		s.entry(findingText, f.Level, f.Level.String(), f.What, f.Fix)
	}
	s.WriteByte('\n')
}

// entry writes a word in the colour of its level, what it is about from a column
// on, and below what to do about it.
func (s *sheet) entry(column int, level outputs.Level, word, what, fix string) {
	s.pad(findingIndent)
	switch level {
	case outputs.Fault:
		s.WriteString(s.screen.paint.fault.Sprint(word))
	case outputs.Warning:
		s.WriteString(s.screen.paint.severity("medium", word))
	default:
		s.WriteString(word)
	}
	s.pad(column - findingIndent - len(word))
	s.hang(column, what)
	if fix != "" {
		s.pad(column)
		s.hang(column, "fix: "+fix)
	}
}

// hang writes text from where the line is; further lines begin in the column.
func (s *sheet) hang(column int, text string) {
	lines := []string{clean(text)}
	if s.screen.terminal {
		lines = wrap(lines[0], s.screen.width-column)
	}
	for i, line := range lines {
		if i > 0 {
			s.pad(column)
		}
		s.WriteString(line)
		s.WriteByte('\n')
	}
}
