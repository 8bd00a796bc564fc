package main

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"winevent/plugin/convert"
)

// rewritten returns the file with the converted outputs in it.
func (f *sourceFile) rewritten(jobs []conversion) string {
	lines := slices.Clone(f.lines)
	open := lines[len(lines)-1] != "" // the last line has no end
	if open {
		lines = append(lines, "")
	}
	replaced := make(map[int][]string) // by the first line of what is replaced
	dropped := make(map[int]bool)
	for i := range jobs {
		f.replace(&jobs[i], lines, replaced, dropped)
	}
	var b strings.Builder
	for i, line := range lines {
		for _, l := range replaced[i] {
			b.WriteString(l + f.end)
		}
		if dropped[i] {
			continue
		}
		b.WriteString(line)
		if i < len(lines)-1 {
			b.WriteString(f.end)
		}
	}
	if open {
		return strings.TrimSuffix(b.String(), f.end)
	}
	return b.String()
}

// replace says which lines of an output are dropped and what stands there instead.
func (f *sourceFile) replace(j *conversion, lines []string, replaced map[int][]string, dropped map[int]bool) {
	o := j.source
	// The hyphen of a list's item belongs to whatever comes first.
	hyphen := ""
	if f.yaml && strings.HasSuffix(strings.TrimRight(lines[o.line][:len(o.indent)], " "), "-") {
		hyphen = lines[o.line][:len(o.indent)]
		lines[o.line] = o.indent + lines[o.line][len(o.indent):]
	}
	width := 0
	for _, part := range j.result.Parts {
		for _, p := range part.Put {
			width = max(width, len(p.Key))
		}
	}
	last := o.line
	for i := range j.result.Parts {
		part := &j.result.Parts[i]
		at := last // what is new follows the last property
		if i < len(o.spans) {
			at, last = o.spans[i].first, o.spans[i].last
		}
		put := f.partLines(part, o.indent, width)
		if hyphen != "" && len(part.Put) > 0 {
			for n, line := range put {
				if !strings.HasPrefix(strings.TrimSpace(line), "#") {
					put[n] = hyphen + line[len(o.indent):]
					break
				}
			}
			hyphen = ""
		}
		if part.Keep && hyphen != "" {
			lines[at] = hyphen + lines[at][len(o.indent):]
			hyphen = ""
		}
		replaced[at] = append(replaced[at], put...)
		for n := at; i < len(o.spans) && !part.Keep && n < last; n++ {
			dropped[n] = true
		}
	}
}

// partLines returns the lines of what takes the place of a property.
func (f *sourceFile) partLines(part *convert.Part, indent string, width int) (lines []string) {
	for _, c := range part.Comments {
		lines = append(lines, indent+"# "+clean(c))
	}
	for _, p := range part.Put {
		if f.yaml {
			lines = append(lines, indent+p.Key+": "+yamlScalar(p.Value))
			continue
		}
		lines = append(lines, fmt.Sprintf("%s%-*s %s", indent, width, p.Key, p.Value))
	}
	return lines
}

// plain is what needs no quotes in YAML for Fluent Bit, to which every value is text.
var plain = regexp.MustCompile(`^[\w./$][\w./${}:,@+=-]*$`)

// yamlScalar writes a value so that every reader of YAML gets this text.
func yamlScalar(value string) string {
	if plain.MatchString(value) && !strings.HasSuffix(value, ":") {
		return value
	}
	quoted, err := yaml.Marshal(value)
	if err != nil {
		return "'" + strings.ReplaceAll(value, "'", "''") + "'"
	}
	return strings.TrimSuffix(string(quoted), "\n")
}

// outputsAsYAML returns the converted outputs alone.
func outputsAsYAML(jobs []conversion) string {
	f := sourceFile{yaml: true}
	var b strings.Builder
	b.WriteString("pipeline:\n  outputs:\n")
	for _, j := range jobs {
		var lines []string
		for i, part := range j.result.Parts {
			if part.Keep {
				part.Put = []convert.Property{j.source.properties[i]}
			}
			for n := range part.Put {
				part.Put[n].Key = strings.ToLower(part.Put[n].Key)
			}
			lines = append(lines, f.partLines(&part, "      ", 0)...)
		}
		for n, line := range lines {
			if !strings.HasPrefix(line, "      #") {
				lines[n] = "    - " + line[6:]
				break
			}
		}
		b.WriteString(strings.Join(lines, "\n") + "\n")
	}
	return b.String()
}

// outputsAsClassic returns the converted outputs alone.
func outputsAsClassic(jobs []conversion) (string, error) {
	var f sourceFile
	var b strings.Builder
	for n, j := range jobs {
		if n > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("[OUTPUT]\n")
		all, err := j.properties()
		if err != nil {
			return "", err
		}
		width := 0
		for _, p := range all {
			if strings.ContainsAny(p.Value, "\n\r") {
				return "", errors.New(p.Key + " has several lines, which only YAML can hold")
			}
			width = max(width, len(p.Key))
		}
		for i, part := range j.result.Parts {
			if part.Keep {
				part.Put = []convert.Property{j.source.properties[i]}
			}
			for _, line := range f.partLines(&part, "    ", width) {
				b.WriteString(line + "\n")
			}
		}
	}
	return b.String(), nil
}
