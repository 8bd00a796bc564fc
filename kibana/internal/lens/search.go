package lens

import (
	"fmt"
	"strconv"

	"winevent/kibana/internal/kql"
)

type object = map[string]any

// Range is the time range of a dashboard.
type Range struct{ From, To string }

// View is the id of the data view that a panel reads.
func (p *Panel) View() string { return p.view }

// Filter is the panel's own query, in KQL.
func (p *Panel) Filter() string {
	if p.Search != nil {
		return p.Search.source.Query.Query
	}
	return p.EmbeddableConfig.Attributes.State.Query.Query
}

// Body returns the search that Kibana runs for a panel. Panels need nothing of the
// dashboard's own query, which is empty.
func (p *Panel) Body(timeField string, r Range) map[string]any {
	if p.Search != nil {
		return p.Search.body(timeField, r)
	}
	a := p.EmbeddableConfig.Attributes
	body := object{"size": 0, "track_total_hits": true, "query": within(timeField, r, &a.State.Query)}
	body["aggs"] = a.layer().aggregations(0)
	return body
}

const hitsOfSearch = 500 // as many as Discover shows by default

func (s *Search) body(timeField string, r Range) object {
	return object{
		"size": hitsOfSearch, "_source": false, "fields": s.Columns, "track_total_hits": true,
		"query": within(timeField, r, &s.source.Query),
		"sort":  []any{object{s.Sort[0][0]: s.Sort[0][1]}},
	}
}

// within adds the time range to a query.
func within(timeField string, r Range, q *Query) object {
	limits := object{"range": object{timeField: object{"gte": r.From, "lte": r.To, "format": "strict_date_optional_time"}}}
	return object{"bool": object{"filter": []any{limits, q.elastic()}}}
}

func (q *Query) elastic() object {
	n, err := kql.Parse(q.Query)
	if err != nil {
		panic(err) // they were checked when they were read
	}
	return n.Query()
}

// aggregations nests the groups from a depth on; the metrics are in the innermost,
// and one by which a group is ordered is in that group too.
func (l *layer) aggregations(depth int) object {
	buckets := l.buckets()
	aggs := object{}
	if depth == len(buckets) {
		for _, id := range l.metrics() {
			c := l.Columns[id]
			if agg := c.metric(); agg != nil {
				aggs[id] = agg
			}
		}
		return aggs
	}
	id := buckets[depth]
	c := l.Columns[id]
	agg := c.bucket(l)
	inner := l.aggregations(depth + 1)
	if by := c.Params.OrderBy.ColumnID; by != "" && inner[by] == nil {
		ordering := l.Columns[by]
		if m := ordering.metric(); m != nil {
			inner[by] = m
		}
	}
	if len(inner) > 0 {
		agg["aggs"] = inner
	}
	aggs[id] = agg
	return aggs
}

func (c *column) bucket(l *layer) object {
	switch c.OperationType {
	case "date_histogram":
		// Kibana makes an interval of the time range; the one of the tests has years.
		return object{"date_histogram": object{"field": c.SourceField, "calendar_interval": "1M", "min_doc_count": 1}}
	case "filters":
		var filters []any
		for i := range c.Params.Filters {
			filters = append(filters, c.Params.Filters[i].Input.elastic())
		}
		return object{"filters": object{"filters": filters}}
	}
	by := l.Columns[c.Params.OrderBy.ColumnID]
	terms := object{
		"field": c.SourceField, "size": c.Params.Size,
		"order": object{by.orderPath(c.Params.OrderBy.ColumnID): c.Params.OrderDirection},
	}
	if c.Params.MissingBucket {
		terms["missing"] = missing
	}
	return object{"terms": terms}
}

// missing is the value that documents without one get, as in Kibana.
const missing = "__missing__"

// inner is the name of a metric inside of its filter.
const inner = "value"

// orderPath is what a group is ordered by: a metric, the one inside of its filter,
// or the number of documents.
func (c *column) orderPath(id string) string {
	switch {
	case c.OperationType == "count" && c.Filter == nil:
		return "_count"
	case c.OperationType == "count":
		return id
	case c.Filter != nil:
		return id + ">" + inner
	}
	return id
}

// metric returns the aggregation of a value; nil for the number of documents.
func (c *column) metric() object {
	var agg object
	switch c.OperationType {
	case "unique_count":
		agg = object{"cardinality": object{"field": c.SourceField}}
	case "max":
		agg = object{"max": object{"field": c.SourceField}}
	case "last_value":
		// Lens asks for top_metrics, which belongs to X-Pack; this finds the same value.
		agg = object{"top_hits": object{
			"size": 1, "_source": false, "docvalue_fields": []any{c.SourceField},
			"sort": []any{object{c.Params.SortField: object{"order": "desc"}}},
		}}
	}
	if c.Filter == nil {
		return agg
	}
	filtered := object{"filter": c.Filter.elastic()}
	if agg != nil {
		filtered["aggs"] = object{inner: agg}
	}
	return filtered
}

// Uses lists the fields that a panel needs, with what it does with them.
func (p *Panel) Uses() []Use {
	if p.Search != nil {
		return p.Search.uses()
	}
	a := p.EmbeddableConfig.Attributes
	all := a.State.Query.uses()
	for _, c := range a.layer().Columns {
		all = append(all, c.uses()...)
	}
	return all
}

// Use is a field, and what is done with it. Where Lens has noted a type of the
// field, it is that.
type Use struct{ Field, Operation, DataType string }

func (u Use) String() string { return fmt.Sprintf("%s (%s)", u.Field, u.Operation) }

func (c *column) uses() []Use {
	var all []Use
	for i := range c.Params.Filters {
		all = append(all, c.Params.Filters[i].Input.uses()...)
	}
	if c.Filter != nil {
		all = append(all, c.Filter.uses()...)
	}
	switch c.OperationType {
	case "count", "filters":
		return all
	case "unique_count": // is a number, of whatever type
		return append(all, Use{c.SourceField, c.OperationType, ""})
	case "last_value":
		all = append(all, Use{c.Params.SortField, "sort", "date"})
	}
	return append(all, Use{c.SourceField, c.OperationType, c.DataType})
}

func (q *Query) uses() []Use {
	n, err := kql.Parse(q.Query)
	if err != nil {
		panic(err) // they were checked when they were read
	}
	var all []Use
	for _, f := range n.Fields() {
		all = append(all, Use{Field: f, Operation: "filter"})
	}
	return all
}

func (s *Search) uses() []Use {
	all := append(s.source.Query.uses(), Use{s.Sort[0][0], "sort", "date"})
	for _, c := range s.Columns {
		all = append(all, Use{Field: c, Operation: "show"})
	}
	return all
}

// Uses lists the fields for which a data view has formats.
func (v *View) Uses() []Use {
	all := []Use{{v.TimeFieldName, "time", "date"}}
	for field := range v.formats {
		all = append(all, Use{Field: field, Operation: "show", DataType: "string"})
	}
	return all
}

func number(v any) string {
	f, _ := v.(float64)
	return strconv.FormatFloat(f, 'f', -1, 64)
}
