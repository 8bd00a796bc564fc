package userfile

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"
)

// decoder puts YAML into the structs of package entryfile, over what they hold
// already: mappings change the keys that they have, lists replace. Unlike
// yaml.Unmarshal it goes on after a fault, and notes where each key stands.
type decoder struct {
	fault  func(line int, key, value, format string, args ...any)
	places map[string]place
}

var nodeType = reflect.TypeFor[ast.Node]()

// decode puts a node into a variable; key is its path, empty at the top.
func (d *decoder) decode(n ast.Node, into reflect.Value, key string) {
	d.places[key] = place{lineOf(n), scalar(n)}
	if into.Type() == nodeType {
		into.Set(reflect.ValueOf(n))
		return
	}
	switch n.(type) {
	case *ast.AnchorNode, *ast.AliasNode, *ast.TagNode, *ast.MergeKeyNode:
		d.fault(lineOf(n), key, "", "anchors, aliases and tags are not read: write the value itself")
		return
	case *ast.NullNode:
		into.SetZero() // a key without a value empties what the built-in entry has
		return
	}
	switch into.Kind() {
	case reflect.Struct, reflect.Map:
		d.mapping(n, into, key)
	case reflect.Slice:
		d.list(n, into, key)
	case reflect.Uint32, reflect.Uint8:
		d.number(n, into, key)
	default:
		d.text(n, into, key)
	}
}

func (d *decoder) mapping(n ast.Node, into reflect.Value, key string) {
	pairs := pairsOf(n)
	if pairs == nil {
		d.fault(lineOf(n), key, scalar(n), "must be keys with values: write key: value on lines of their own")
		return
	}
	if into.Kind() == reflect.Map {
		into.Set(copyOf(into))
	}
	seen := map[string]bool{}
	for _, pair := range pairs {
		name := scalar(pair.Key)
		path := strings.TrimPrefix(key+"."+name, ".")
		switch {
		case name == "" || name == "<<":
			d.fault(lineOf(pair.Key), key, "", "a key must be a word; anchors, aliases and tags are not read: write the values themselves")
			continue
		case seen[name]:
			d.fault(lineOf(pair.Key), path, "", "stands twice: remove one of them")
			continue
		}
		seen[name] = true
		d.member(pair, into, name, path)
	}
}

// copyOf returns a map of its own for a new value: the old may be shared.
func copyOf(m reflect.Value) reflect.Value {
	fresh := reflect.MakeMap(m.Type())
	for it := m.MapRange(); it.Next(); {
		fresh.SetMapIndex(it.Key(), it.Value())
	}
	return fresh
}

func (d *decoder) member(pair *ast.MappingValueNode, into reflect.Value, name, path string) {
	if into.Kind() == reflect.Map {
		value := reflect.New(into.Type().Elem()).Elem()
		d.decode(pair.Value, value, path)
		into.SetMapIndex(reflect.ValueOf(name), value)
		return
	}
	var known []string
	for i := range into.NumField() {
		tag := into.Type().Field(i).Tag.Get("yaml")
		if tag == name {
			d.decode(pair.Value, into.Field(i), path)
			return
		}
		known = append(known, tag)
	}
	d.fault(lineOf(pair.Key), path, "", "is no key: write one of %s", strings.Join(known, ", "))
}

func (d *decoder) list(n ast.Node, into reflect.Value, key string) {
	sequence, ok := n.(*ast.SequenceNode)
	if !ok {
		d.fault(lineOf(n), key, scalar(n), "must be a list: write [a, b], or each on a line of its own behind a hyphen")
		return
	}
	fresh := reflect.MakeSlice(into.Type(), len(sequence.Values), len(sequence.Values))
	for i, value := range sequence.Values {
		d.decode(value, fresh.Index(i), fmt.Sprintf("%s[%d]", key, i))
	}
	into.Set(fresh)
}

func (d *decoder) number(n ast.Node, into reflect.Value, key string) {
	text := scalar(n)
	v, err := strconv.ParseUint(strings.TrimSpace(text), 0, into.Type().Bits())
	if i, ok := n.(*ast.IntegerNode); ok && err != nil {
		// 1_000 and 0o17 are numbers in YAML alone.
		v, err = strconv.ParseUint(fmt.Sprint(i.Value), 10, into.Type().Bits())
	}
	if err != nil {
		d.fault(lineOf(n), key, text, "must be a number from 0 to %d", uint64(1)<<into.Type().Bits()-1)
		return
	}
	into.SetUint(v)
}

func (d *decoder) text(n ast.Node, into reflect.Value, key string) {
	if !isScalar(n) {
		d.fault(lineOf(n), key, "", "must be a text: write it in quotes if it has characters that YAML reads otherwise")
		return
	}
	into.Set(reflect.ValueOf(strings.TrimSpace(scalar(n)))) // a folded text ends with a line end
}

// pairsOf returns the pairs of a mapping, or nil for what is none.
func pairsOf(n ast.Node) []*ast.MappingValueNode {
	switch m := n.(type) {
	case *ast.MappingNode:
		return slices.Clip(append([]*ast.MappingValueNode{}, m.Values...))
	case *ast.MappingValueNode:
		return []*ast.MappingValueNode{m}
	}
	return nil
}

func isScalar(n ast.Node) bool {
	switch n.(type) {
	case *ast.StringNode, *ast.LiteralNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.InfinityNode, *ast.NanNode:
		return true
	}
	return false
}

// scalar is the text of a scalar as it stands in the file; "" for other nodes.
func scalar(n ast.Node) string {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value
	case *ast.LiteralNode:
		return s.Value.Value
	}
	if isScalar(n) {
		return n.GetToken().Value
	}
	return ""
}

func lineOf(n ast.Node) int {
	if token := n.GetToken(); token != nil && token.Position != nil {
		return token.Position.Line
	}
	return 0
}
