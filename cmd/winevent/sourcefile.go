package main

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"

	"winevent/plugin/convert"
)

// sourceFile is a Fluent Bit configuration as lines, of which those of outputs
// can be replaced; all others stay as they are.
type sourceFile struct {
	lines    []string // without line ends
	end      string   // of a line
	yaml     bool
	outputs  []sourceOutput
	includes []int // lines that include other files
}

// sourceOutput is an output and where it stands.
type sourceOutput struct {
	line       int // where it begins
	indent     string
	properties []convert.Property // as written: no reference is replaced
	spans      []span             // of each property
	nested     map[int]bool       // properties that are more than one value
}

// span is lines, the last one excluded.
type span struct{ first, last int }

func newSourceFile(text string) *sourceFile {
	f := &sourceFile{end: "\n"}
	if strings.Contains(text, "\r\n") {
		f.end = "\r\n"
	}
	f.lines = strings.Split(text, "\n")
	for i, line := range f.lines {
		f.lines[i] = strings.TrimSuffix(line, "\r")
	}
	return f
}

func readClassicSource(text string) (*sourceFile, error) {
	f := newSourceFile(text)
	inOutput := false
	err := scanClassic(text, func(l classicLine) error {
		switch {
		case l.directive != "":
			if strings.EqualFold(l.directive, "@include") {
				f.includes = append(f.includes, l.number)
			}
		case l.section != "":
			if inOutput = strings.EqualFold(l.section, "output"); inOutput {
				f.outputs = append(f.outputs, sourceOutput{line: l.number})
			}
		case inOutput:
			o := &f.outputs[len(f.outputs)-1]
			o.indent = l.indent
			o.properties = append(o.properties, convert.Property{Key: l.property.key, Value: l.property.value})
			o.spans = append(o.spans, span{l.number, l.number + 1})
		}
		return nil
	})
	return f, err
}

func readYAMLSource(text string) (*sourceFile, error) {
	f := newSourceFile(text)
	f.yaml = true
	tree, err := parser.ParseBytes([]byte(text), 0)
	if err != nil {
		return nil, err
	}
	if len(tree.Docs) == 0 {
		return f, nil
	}
	root := tree.Docs[0].Body
	for _, m := range members(root) {
		switch m.Key.GetToken().Value {
		case "includes":
			f.includes = append(f.includes, m.Key.GetToken().Position.Line-1)
		case "pipeline":
			for _, m := range members(m.Value) {
				if list, ok := m.Value.(*ast.SequenceNode); ok && m.Key.GetToken().Value == "outputs" {
					for _, item := range list.Values {
						if err := f.addYAML(item); err != nil {
							return nil, err
						}
					}
				}
			}
		}
	}
	return f, nil
}

// members returns the keys of a map with their values.
func members(n ast.Node) []*ast.MappingValueNode {
	switch n := n.(type) {
	case *ast.MappingNode:
		return n.Values
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{n}
	}
	return nil
}

func (f *sourceFile) addYAML(item ast.Node) error {
	all := members(item)
	if len(all) == 0 {
		return nil
	}
	at := all[0].Key.GetToken().Position
	if m, ok := item.(*ast.MappingNode); ok && m.IsFlowStyle {
		return fmt.Errorf("line %d: an output in braces is not supported here; write each key on a line of its own", at.Line)
	}
	o := sourceOutput{line: at.Line - 1, indent: strings.Repeat(" ", at.Column-1), nested: map[int]bool{}}
	for i, m := range all {
		first := m.Key.GetToken().Position.Line - 1
		last := first + 1
		for last < len(f.lines) && belongs(f.lines[last], at.Column) {
			last++
		}
		value, one := scalar(m.Value)
		o.nested[i] = !one
		o.properties = append(o.properties, convert.Property{Key: snakeCase(m.Key.GetToken().Value), Value: value})
		o.spans = append(o.spans, span{first, last})
	}
	f.outputs = append(f.outputs, o)
	return nil
}

// belongs tells whether a line is a part of the value of a key in a column: it is
// indented more, or an item of a list that is indented as much.
func belongs(line string, column int) bool {
	indent := indentOf(line)
	return indent >= column || indent == column-1 && strings.HasPrefix(strings.TrimSpace(line), "- ")
}

// indentOf returns by how much a line is indented, -1 for one without content.
func indentOf(line string) int {
	content := strings.TrimLeft(line, " ")
	if content == "" {
		return -1
	}
	return len(line) - len(content)
}

// scalar returns a value as it is written, and whether it is one value.
func scalar(n ast.Node) (value string, one bool) {
	switch n := n.(type) {
	case *ast.NullNode:
		return "", true
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimSpace(n.Value.Value), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// snakeCase turns a key in camel case, which Fluent Bit takes in YAML, into its usual form.
func snakeCase(key string) string {
	if key == "" || key[0] < 'a' || key[0] > 'z' || strings.Contains(key, "_") {
		return key
	}
	return strings.ToLower(upper.ReplaceAllString(key, "_$0"))
}

var upper = regexp.MustCompile(`[A-Z]`)
