package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"winevent/plugin/convert"
)

func newConvertConfig(s streams) *cobra.Command {
	var format string
	c := &cobra.Command{
		Use:   "convert-config FILE",
		Short: "Turn outputs es, opensearch and kafka of a Fluent Bit configuration into outputs winevent",
		Long: `Turn outputs es, opensearch and kafka of a Fluent Bit configuration (classic or
YAML) into outputs winevent.

The whole configuration is printed, so that it can be used at once: all that is
no such output stays as it is, byte for byte, and so do comments. With --format
of the other kind only the converted outputs are printed. Files that it includes
are not looked at: convert each of them.

Passwords and references to the environment, ${NAME}, are taken over as they
stand there. What a person should know of a key is told on standard error; a key
that has no counterpart also by a comment in the result. What becomes of each
key: docs/convert-config.md.

Exit codes: 0 converted, 1 failed, 2 wrong usage (also a configuration that
cannot be read or has none of these outputs), 3 converted, but a key has no
counterpart: read what is said of it.`,
		Example: `  winevent convert-config fluent-bit.conf > winevent.conf
  winevent convert-config --format yaml fluent-bit.conf
  winevent check --config winevent.conf`,
		Args: cobra.ExactArgs(1),
	}
	c.Flags().StringVar(&format, "format", "", "classic or yaml; the other than FILE's prints the converted outputs only (default: as FILE)")
	return runs(c, func(args []string) error { return convertConfig(s, args[0], format) })
}

func convertConfig(s streams, path, format string) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return usageErrorf("%w", err)
	}
	read, from := readClassicSource, "classic"
	if isYAML(path) {
		read, from = readYAMLSource, "yaml"
	}
	switch format {
	case "":
		format = from
	case "classic", "yaml":
	default:
		return usageErrorf("--format %s: must be classic or yaml", format)
	}
	file, err := read(string(text))
	if err != nil {
		return usageErrorf("%s: %w", path, err)
	}
	jobs, err := file.jobs()
	switch {
	case err != nil:
		return usageErrorf("%s: %w", path, err)
	case len(jobs) == 0:
		return usageErrorf("%s: has no output %s", path, outputNames())
	}
	var out string
	switch format {
	case from:
		out = file.rewritten(jobs)
	case "yaml":
		out = outputsAsYAML(jobs)
	default:
		out, err = outputsAsClassic(jobs)
	}
	if err != nil {
		return usageErrorf("%s: %w", path, err)
	}
	if _, err := fmt.Fprint(s.out, out); err != nil {
		return err
	}
	return tell(s, path, file, jobs)
}

// isYAML decides as Fluent Bit does, by the file's name.
func isYAML(path string) bool {
	extension := strings.ToLower(filepath.Ext(path))
	return extension == ".yaml" || extension == ".yml"
}

func outputNames() string {
	var names []string
	for _, o := range convert.Outputs() {
		names = append(names, o.Name)
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last]
}

// tell prints what a person should know, and is an error when a key is lost.
func tell(s streams, path string, file *sourceFile, jobs []conversion) error {
	lost := 0
	for _, j := range jobs {
		for _, n := range j.result.Notes {
			line, verdict := j.source.line, ""
			if n.From >= 0 {
				line = j.source.spans[n.From].first
			}
			if n.Lost {
				lost++
				verdict = "no counterpart: "
			}
			text := fmt.Sprintf("%s:%d: %s %s: %s%s", path, line+1, j.output.Name, n.Key, verdict, n.Text)
			fmt.Fprintln(s.err, clean(strings.Replace(text, " : ", ": ", 1)))
		}
	}
	for _, line := range file.includes {
		fmt.Fprintf(s.err, "%s:%d: included files are not looked at: convert each of them\n", path, line+1)
	}
	if lost > 0 {
		return &exitError{exitKeysLost, fmt.Errorf("converted %s; of %s there is no counterpart: correct the result before it is used",
			counted(len(jobs), "output"), counted(lost, "key"))}
	}
	return nil
}

// conversion is an output of a file that is converted.
type conversion struct {
	source *sourceOutput
	output *convert.Output
	result convert.Converted
}

// jobs converts the outputs of a file that can be.
func (f *sourceFile) jobs() (all []conversion, err error) {
	for i := range f.outputs {
		source := &f.outputs[i]
		for _, p := range source.properties {
			if !strings.EqualFold(p.Key, "name") {
				continue
			}
			if output := convert.Find(p.Value); output != nil {
				all = append(all, conversion{source, output, output.Section(source.properties)})
				err = errors.Join(err, source.oneValueEach())
			}
			break
		}
	}
	return all, err
}

// oneValueEach is an error for a key that is converted and has no single value.
func (o *sourceOutput) oneValueEach() error {
	for i, p := range o.properties {
		if o.nested[i] && !convert.Kept(p.Key) {
			return fmt.Errorf("line %d: %s must be one text, not a list, a map or an alias", o.spans[i].first+1, p.Key)
		}
	}
	return nil
}

// properties returns those of the converted output, in their order.
func (j *conversion) properties() (all []convert.Property, err error) {
	for i, part := range j.result.Parts {
		if part.Keep {
			p := j.source.properties[i]
			if j.source.nested[i] {
				return nil, errors.New(p.Key + " is more than one value, which only YAML can hold")
			}
			all = append(all, p)
		}
		all = append(all, part.Put...)
	}
	return all, nil
}
