package objects

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strings"

	"winevent/kibana/internal/kql"
)

// object is a JSON object; its keys are written in alphabetical order.
type object = map[string]any

// columns are those of a Lens layer: groups, then values.
type columns struct {
	source *source
	order  []string
	byID   object
	ids    map[string]string // by label
	widths map[string]int
}

func (s *source) columns(p *panel) (*columns, error) {
	c := &columns{source: s, byID: object{}, ids: map[string]string{}, widths: map[string]int{}}
	groups := p.By
	if p.Type == "bars" && len(groups) == 2 {
		// Split first, then time: the top values are those of the whole time range.
		groups = []group{groups[1], groups[0]}
	}
	for i := range groups {
		if err := c.add(groups[i].label(), groups[i].Width); err != nil {
			return nil, err
		}
	}
	for i := range p.Show {
		if err := c.add(p.Show[i].Label, p.Show[i].Width); err != nil {
			return nil, err
		}
	}
	// Groups name values, so all ids are known first.
	for i := range groups {
		if err := c.group(&groups[i], p.Type != "table"); err != nil {
			return nil, fmt.Errorf("%s: %w", groups[i].label(), err)
		}
	}
	for i := range p.Show {
		if err := c.value(&p.Show[i]); err != nil {
			return nil, fmt.Errorf("%s: %w", p.Show[i].Label, err)
		}
	}
	return c, nil
}

var noID = regexp.MustCompile(`[^a-z0-9]+`)

// add gives a column an id that tells what it is.
func (c *columns) add(label string, width int) error {
	id := strings.Trim(noID.ReplaceAllString(strings.ToLower(label), "-"), "-")
	if id == "" || c.ids[label] != "" {
		return fmt.Errorf("label %q is empty or there twice", label)
	}
	c.ids[label] = id
	c.order = append(c.order, id)
	c.widths[id] = width
	return nil
}

// id returns the id of the column with a label.
func (c *columns) id(label string) (string, error) {
	if id := c.ids[label]; id != "" {
		return id, nil
	}
	return "", fmt.Errorf("no column has the label %q", label)
}

// label of a group; that of time needs none in the source.
func (g *group) label() string {
	if g.Label == "" {
		return g.Time
	}
	return g.Label
}

func (c *columns) group(g *group, other bool) error {
	column := object{"isBucketed": true, "label": g.label(), "customLabel": true}
	c.byID[c.ids[g.label()]] = column
	switch {
	case g.Time != "":
		return timeColumn(column, g)
	case g.Top != "":
		return c.topColumn(column, g, other)
	case len(g.Recovery) > 0:
		return recoveryColumn(column, g)
	}
	return errors.New("is by nothing: write time, top or recovery")
}

func timeColumn(column object, g *group) error {
	t, err := dataType(g.Time, "date")
	column["operationType"], column["dataType"], column["scale"], column["sourceField"] = "date_histogram", t, "interval", g.Time
	column["params"] = object{"interval": "auto", "includeEmptyRows": true, "dropPartials": false}
	return err
}

func (c *columns) topColumn(column object, g *group, other bool) error {
	t, err := dataType(g.Top)
	if err != nil {
		return err
	}
	by, err := c.id(g.Order)
	if err != nil {
		return err
	}
	direction := "desc"
	if g.Ascending {
		direction = "asc"
	}
	if g.Size < 1 {
		return errors.New("has no size")
	}
	column["operationType"], column["dataType"], column["scale"], column["sourceField"] = "terms", t, "ordinal", g.Top
	column["params"] = object{
		"size": g.Size, "orderBy": object{"type": "column", "columnId": by}, "orderDirection": direction,
		// Lens has a group for documents without the field only together with that for other values.
		"otherBucket": other || g.Missing, "missingBucket": g.Missing,
		"parentFormat": object{"id": "terms"},
		"include":      []any{}, "exclude": []any{}, "includeIsRegex": false, "excludeIsRegex": false,
	}
	return nil
}

func (c *columns) value(v *value) error {
	column := object{"isBucketed": false, "label": v.Label, "customLabel": true, "scale": "ratio"}
	c.byID[c.ids[v.Label]] = column
	if err := c.operation(column, v); err != nil {
		return err
	}
	filter, err := c.source.query(v.Filter)
	if err != nil {
		return err
	}
	if v.Filter != "" {
		column["filter"] = filter
	}
	return nil
}

// operation fills in what is computed.
func (c *columns) operation(column object, v *value) (err error) {
	column["params"] = object{"emptyAsNull": true}
	switch {
	case v.Unique != "":
		column["operationType"], column["dataType"], column["sourceField"] = "unique_count", "number", v.Unique
		_, err = dataType(v.Unique)
	case v.Newest != "":
		column["operationType"], column["sourceField"] = "max", v.Newest
		column["dataType"], err = dataType(v.Newest, "date", "number")
	case v.Last != "":
		err = c.lastColumn(column, v)
	default:
		column["operationType"], column["dataType"], column["sourceField"] = "count", "number", "___records___"
	}
	return err
}

func (c *columns) lastColumn(column object, v *value) error {
	t, err := dataType(v.Last)
	if err != nil {
		return err
	}
	date := cmp.Or(v.LatestBy, c.source.view.Time)
	if _, err := dataType(date, "date"); err != nil {
		return err
	}
	if isList(v.Last) {
		return fmt.Errorf("%s is a list, of which one value would be shown", v.Last)
	}
	if t == "string" || t == "ip" {
		column["scale"] = "ordinal"
	}
	column["operationType"], column["dataType"], column["sourceField"] = "last_value", t, v.Last
	column["params"] = object{"sortField": date, "showArrayValues": false}
	// Lens looks for the last document that has the field.
	column["filter"] = query(v.Last + ": *")
	return nil
}

// query is a filter as Lens and searches hold it.
func query(text string) object { return object{"query": text, "language": "kuery"} }

// query checks a filter and puts the conditions into it.
func (s *source) query(filter string) (object, error) {
	text, err := s.fill(filter)
	if err != nil {
		return nil, err
	}
	n, err := kql.Parse(text)
	if err != nil {
		return nil, err
	}
	for _, f := range n.Fields() {
		if _, err := fieldType(f); err != nil {
			return nil, fmt.Errorf("filter: %w", err)
		}
	}
	return query(text), nil
}
