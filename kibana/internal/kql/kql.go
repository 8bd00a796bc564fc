// Package kql reads the part of the Kibana Query Language that the dashboards
// use, and says which Elasticsearch query Kibana makes of it:
//
//	field: value    field: "a phrase"    field: (a or b)    field: *
//	field >= value (also > < <=)         and  or  not  ( )
//
// Kibana takes more (values without a field, wildcards, nested fields). What is
// not in this list is an error here, so that nothing is tested as something else.
package kql

import (
	"fmt"
	"slices"
)

// Node is a query, or a part of one.
type Node struct {
	// Op is and, or, not, is, exists, or one of the operators of ranges.
	Op    string
	Parts []*Node // of and, or, not

	Field  string
	Value  string
	Phrase bool // the value stood in quotes
}

// The operators. Those of ranges are named as in an Elasticsearch query.
const (
	opAnd, opOr, opNot = "and", "or", "not"
	opIs, opExists     = "is", "exists"
)

// Parse reads a query. An empty one gives nil, which matches everything.
func Parse(text string) (*Node, error) {
	p := parser{tokens: scan(text)}
	if p.peek().kind == end {
		return nil, nil
	}
	n, err := p.or()
	if err == nil && p.peek().kind != end {
		err = fmt.Errorf("%s is too much", p.peek())
	}
	if err != nil {
		return nil, fmt.Errorf("KQL %q: %w", text, err)
	}
	return n, nil
}

// Fields lists the fields that a query asks for.
func (n *Node) Fields() []string {
	if n == nil {
		return nil
	}
	var all []string
	if n.Field != "" {
		all = append(all, n.Field)
	}
	for _, part := range n.Parts {
		all = append(all, part.Fields()...)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// Query returns the Elasticsearch query that Kibana makes of it.
func (n *Node) Query() map[string]any {
	if n == nil {
		return map[string]any{"match_all": map[string]any{}}
	}
	one := func(name string, value any) map[string]any {
		return map[string]any{name: map[string]any{n.Field: value}}
	}
	switch n.Op {
	case opAnd:
		return boolean(map[string]any{"filter": n.queries()})
	case opOr:
		return boolean(map[string]any{"should": n.queries(), "minimum_should_match": 1})
	case opNot:
		return boolean(map[string]any{"must_not": n.queries()})
	case opExists:
		return map[string]any{"exists": map[string]any{"field": n.Field}}
	case opIs:
		if n.Phrase {
			return one("match_phrase", n.Value)
		}
		return one("match", n.Value)
	}
	return one("range", map[string]any{n.Op: n.Value})
}

func (n *Node) queries() []any {
	var all []any
	for _, part := range n.Parts {
		all = append(all, part.Query())
	}
	return all
}

func boolean(clauses map[string]any) map[string]any { return map[string]any{"bool": clauses} }
