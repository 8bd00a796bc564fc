package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"
)

// readSection reads the first output winevent of a Fluent Bit configuration:
// YAML when the file's name says so, as Fluent Bit decides it, else classic.
func readSection(path string) (section, error) {
	all, err := readSections(path)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// readSections reads all of them, in their order; there is at least one.
func readSections(path string) ([]section, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		var p *os.PathError
		if errors.As(err, &p) {
			err = p.Err // whoever calls names the path
		}
		return nil, err
	}
	var outputs []section
	switch strings.ToLower(filepath.Ext(path)) {
	case ".yaml", ".yml":
		// Windows' editors put a byte order mark first; Fluent Bit takes it in YAML only.
		outputs, err = parseYAML(bytes.TrimPrefix(text, []byte("\ufeff")))
	default:
		outputs, err = parseClassic(string(text))
	}
	if err != nil {
		return nil, err
	}
	outputs = slices.DeleteFunc(outputs, func(s section) bool { return !strings.EqualFold(s.get("name"), pluginName) })
	if len(outputs) == 0 {
		return nil, fmt.Errorf("has no output with the name %s", pluginName)
	}
	return outputs, nil
}

// parseClassic returns the [OUTPUT] sections of a classic configuration.
func parseClassic(text string) ([]section, error) {
	var outputs []section
	inOutput := false
	err := scanClassic(text, func(l classicLine) error {
		switch {
		case l.directive != "":
			return fmt.Errorf("%s is not supported here; write what it stands for into this file", l.directive)
		case l.section != "":
			if inOutput = strings.EqualFold(l.section, "output"); inOutput {
				outputs = append(outputs, nil)
			}
		case inOutput:
			last := len(outputs) - 1
			outputs[last] = append(outputs[last], property{l.property.key, expand(l.property.value, os.Getenv)})
		}
		return nil
	})
	return outputs, err
}

// classicLine is a line of a classic configuration that says something: a
// directive (@INCLUDE), the beginning of a section, or a property.
type classicLine struct {
	number    int // from 0
	directive string
	section   string
	indent    string
	property  property
}

// scanClassic calls each for every line that says something. Its rules are those
// of Fluent Bit's config_format/flb_cf_fluentbit.c.
func scanClassic(text string, each func(classicLine) error) error {
	inSection := false
	number := -1
	for line := range strings.SplitSeq(text, "\n") {
		number++
		line = strings.TrimRight(line, " \t\r")
		content := strings.TrimLeft(line, " \t")
		l := classicLine{number: number, indent: line[:len(line)-len(content)]}
		var err error
		switch {
		case content == "" || content[0] == '#':
			continue
		case strings.HasPrefix(content, "\ufeff"):
			err = errors.New("begins with a byte order mark, which Fluent Bit does not take here: save the file as UTF-8 without it")
		case content[0] == '@' && l.indent == "":
			l.directive, _, _ = strings.Cut(content, " ")
		case content[0] == '[' && l.indent == "":
			name, _, closed := strings.Cut(content[1:], "]")
			if l.section, inSection = name, true; !closed || name == "" {
				err = errors.New("the section's name does not end with ]")
			}
		default:
			l.property, err = classicProperty(content, l.indent != "" && inSection)
		}
		if err == nil {
			err = each(l)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", number+1, err)
		}
	}
	return nil
}

func classicProperty(content string, inside bool) (property, error) {
	if !inside {
		return property{}, errors.New("a key must stand, indented, below a section such as [OUTPUT]")
	}
	key, value, _ := strings.Cut(content, " ")
	value = strings.TrimSpace(value)
	switch {
	case key[0] == '[':
		return property{}, errors.New("a group inside a section is not supported here; use a YAML configuration")
	case value == "":
		return property{}, fmt.Errorf("%s has no value; a blank stands between key and value", key)
	}
	return property{key, value}, nil
}

// fluentBitYAML is the part of a YAML configuration that matters here.
type fluentBitYAML struct {
	Env      map[string]any `yaml:"env"`
	Includes []string       `yaml:"includes"`
	Pipeline struct {
		Outputs []yaml.MapSlice `yaml:"outputs"`
	} `yaml:"pipeline"`
}

// parseYAML returns the outputs of a YAML configuration.
func parseYAML(text []byte) ([]section, error) {
	var file fluentBitYAML
	if err := yaml.Unmarshal(text, &file); err != nil {
		return nil, err
	}
	if len(file.Includes) > 0 {
		return nil, errors.New("includes is not supported here; write what it stands for into this file")
	}
	env := func(name string) string {
		if v, ok := file.Env[name]; ok {
			return fmt.Sprint(v)
		}
		return os.Getenv(name)
	}
	var outputs []section
	for _, members := range file.Pipeline.Outputs {
		var s section
		for _, m := range members {
			key := fmt.Sprint(m.Key)
			value, err := yamlText(m.Value)
			if err != nil && !isCoreKey(key) {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			s = append(s, property{key, expand(value, env)})
		}
		outputs = append(outputs, s)
	}
	return outputs, nil
}

// yamlText returns a value the way it stands in the file.
func yamlText(value any) (string, error) {
	switch value.(type) {
	case nil:
		return "", nil
	case yaml.MapSlice, map[string]any, []any:
		return "", errors.New("must be one text, not a list or a map")
	}
	return fmt.Sprint(value), nil
}

// variable is ${NAME} or ${NAME:-default}.
var variable = regexp.MustCompile(`\$\{([^}:]+)(?::-([^}]*))?\}`)

// expand puts variables into a value. One that is not set is empty, as in Fluent Bit.
func expand(value string, env func(name string) string) string {
	return variable.ReplaceAllStringFunc(value, func(match string) string {
		parts := variable.FindStringSubmatch(match)
		if v := env(parts[1]); v != "" {
			return v
		}
		return parts[2]
	})
}
