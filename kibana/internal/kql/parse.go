package kql

import "fmt"

// parser goes down Kibana's grammar: or binds weaker than and, not binds strongest.
type parser struct {
	tokens []token
	at     int
}

func (p *parser) peek() token { return p.tokens[p.at] }

// take goes on behind a token of the kind, if the next one is.
func (p *parser) take(k kind) bool {
	if p.peek().kind != k {
		return false
	}
	if k != end {
		p.at++
	}
	return true
}

func (p *parser) or() (*Node, error)  { return p.chain(opOr, or, p.and) }
func (p *parser) and() (*Node, error) { return p.chain(opAnd, and, p.not) }

// chain reads parts that an operator joins.
func (p *parser) chain(op string, joint kind, part func() (*Node, error)) (*Node, error) {
	n, err := part()
	if err != nil || p.peek().kind != joint {
		return n, err
	}
	all := &Node{Op: op, Parts: []*Node{n}}
	for p.take(joint) {
		if n, err = part(); err != nil {
			return nil, err
		}
		all.Parts = append(all.Parts, n)
	}
	return all, nil
}

func (p *parser) not() (*Node, error) {
	if !p.take(not) {
		return p.group(p.or, p.field)
	}
	n, err := p.group(p.or, p.field)
	return &Node{Op: opNot, Parts: []*Node{n}}, err
}

// group reads what stands in parentheses, or a single thing.
func (p *parser) group(inside, single func() (*Node, error)) (*Node, error) {
	if !p.take(open) {
		return single()
	}
	n, err := inside()
	if err == nil && !p.take(closed) {
		err = fmt.Errorf("%s where ) should be", p.peek())
	}
	return n, err
}

// field reads a field and what it is compared with.
func (p *parser) field() (*Node, error) {
	name := p.peek()
	if !p.take(word) {
		return nil, fmt.Errorf("%s where a field should be", name)
	}
	operator := p.peek()
	switch {
	case p.take(compare):
		value := p.peek()
		if !p.take(word) && !p.take(phrase) {
			return nil, fmt.Errorf("%s where a value should be", value)
		}
		return &Node{Op: rangeOperators[operator.text], Field: name.text, Value: value.text}, nil
	case !p.take(colon):
		return nil, fmt.Errorf("%s behind %s: values without a field are not read here", operator, name)
	}
	v := values{p, name.text}
	return p.group(v.or, v.one)
}

var rangeOperators = map[string]string{">": "gt", ">=": "gte", "<": "lt", "<=": "lte"}

// values reads the values of one field: a, or (a or b), (a and b), (not a).
type values struct {
	*parser
	field string
}

func (v values) or() (*Node, error)  { return v.chain(opOr, or, v.and) }
func (v values) and() (*Node, error) { return v.chain(opAnd, and, v.not) }

func (v values) not() (*Node, error) {
	if !v.take(not) {
		return v.group(v.or, v.one)
	}
	n, err := v.group(v.or, v.one)
	return &Node{Op: opNot, Parts: []*Node{n}}, err
}

func (v values) one() (*Node, error) {
	t := v.peek()
	switch {
	case v.take(phrase):
		return &Node{Op: opIs, Field: v.field, Value: t.text, Phrase: true}, nil
	case v.take(star):
		return &Node{Op: opExists, Field: v.field}, nil
	case v.take(word):
		return &Node{Op: opIs, Field: v.field, Value: t.text}, nil
	}
	return nil, fmt.Errorf("%s where a value of %s should be", t, v.field)
}
