package lens

import (
	"encoding/json"
	"errors"
	"fmt"
)

// Table is what a panel shows.
type Table struct {
	Columns []string // their labels
	Rows    [][]string
}

// Table reads the answer to a panel's search. Values that are not there are empty.
func (p *Panel) Table(answer []byte) (Table, error) {
	var a struct {
		Hits struct {
			Total struct{ Value float64 }
			Hits  []struct{ Fields map[string][]any }
		}
		Aggregations map[string]any
	}
	if err := json.Unmarshal(answer, &a); err != nil {
		return Table{}, err
	}
	if p.Search != nil {
		t := Table{Columns: p.Search.Columns}
		for _, h := range a.Hits.Hits {
			var row []string
			for _, c := range t.Columns {
				row = append(row, first(h.Fields[c]))
			}
			t.Rows = append(t.Rows, row)
		}
		return t, nil
	}
	l := p.EmbeddableConfig.Attributes.layer()
	var t Table
	for _, id := range l.ColumnOrder {
		t.Columns = append(t.Columns, l.Columns[id].Label)
	}
	all := object{"doc_count": a.Hits.Total.Value}
	for id, agg := range a.Aggregations {
		all[id] = agg
	}
	err := l.rows(&t, nil, all)
	return t, err
}

func first(values []any) string {
	if len(values) == 0 {
		return ""
	}
	return fmt.Sprint(values[0])
}

// rows goes down the groups: keys are those of the groups above. A group without
// groups inside gives no row, as in Kibana.
func (l *layer) rows(t *Table, keys []string, in object) error {
	buckets := l.buckets()
	if len(keys) == len(buckets) {
		row := append([]string(nil), keys...)
		for _, id := range l.metrics() {
			c := l.Columns[id]
			row = append(row, c.read(in, id))
		}
		t.Rows = append(t.Rows, row)
		return nil
	}
	c := l.Columns[buckets[len(keys)]]
	agg, _ := in[buckets[len(keys)]].(object)
	list, ok := agg["buckets"].([]any)
	if !ok {
		return errors.New("the answer has no groups " + buckets[len(keys)])
	}
	for i, b := range list {
		group, _ := b.(object)
		if err := l.rows(t, append(append([]string(nil), keys...), c.key(i, group)), group); err != nil {
			return err
		}
	}
	return nil
}

// key is what stands for a group; empty where it has no documents or no value.
func (c *column) key(i int, group object) string {
	if n, _ := group["doc_count"].(float64); n == 0 || group["key"] == missing {
		return ""
	}
	if c.OperationType == "filters" {
		return c.Params.Filters[i].Label
	}
	if text, ok := group["key_as_string"].(string); ok {
		return text
	}
	return fmt.Sprint(group["key"])
}

// read returns a value of a group; a number of 0 is empty, as in Kibana.
func (c *column) read(in object, id string) string {
	if c.OperationType == "count" && c.Filter == nil {
		return positive(in["doc_count"])
	}
	agg, _ := in[id].(object)
	if c.Filter != nil {
		if c.OperationType == "count" {
			return positive(agg["doc_count"])
		}
		agg, _ = agg[inner].(object)
	}
	if c.OperationType == "last_value" {
		return lastValue(agg)
	}
	if text, ok := agg["value_as_string"].(string); ok && agg["value"] != nil {
		return text
	}
	return positive(agg["value"])
}

func positive(v any) string {
	if f, _ := v.(float64); f > 0 {
		return number(f)
	}
	return ""
}

func lastValue(agg object) string {
	hits, _ := agg["hits"].(object)
	list, _ := hits["hits"].([]any)
	if len(list) == 0 {
		return ""
	}
	hit, _ := list[0].(object)
	fields, _ := hit["fields"].(object)
	for _, values := range fields {
		if v, ok := values.([]any); ok {
			return first(v)
		}
	}
	return ""
}
