package lens

import (
	"errors"
	"fmt"
	"maps"
	"slices"

	"winevent/kibana/internal/kql"
)

// check finds what Kibana would trip over, in all objects.
func (o *Objects) check() error {
	var all []error
	for id, s := range o.Searches {
		if err := s.check(); err != nil {
			all = append(all, fmt.Errorf("search %s: %w", id, err))
		}
	}
	for i := range o.Dashboards {
		d := &o.Dashboards[i]
		all = append(all, d.check())
		for j := range d.Panels {
			if err := d.Panels[j].check(); err != nil {
				all = append(all, fmt.Errorf("%s: panel %s: %w", d.ID, d.Panels[j].PanelIndex, err))
			}
		}
	}
	return errors.Join(all...)
}

func (s *Search) check() error {
	if len(s.Columns) == 0 || len(s.Sort) != 1 || len(s.Sort[0]) != 2 || s.Title == "" {
		return errors.New("has no title, no columns or no order")
	}
	return s.source.Query.check()
}

func (q *Query) check() error {
	if q.Language != "kuery" {
		return fmt.Errorf("has a query in %q", q.Language)
	}
	_, err := kql.Parse(q.Query)
	return err
}

const gridWidth = 48

// check looks at the dashboard itself: its query and where its panels stand.
func (d *Dashboard) check() error {
	if d.Title == "" || len(d.Panels) == 0 || !d.TimeRestore || d.TimeFrom == "" || d.TimeTo == "" {
		return fmt.Errorf("%s: has no title, no panels or no time", d.ID)
	}
	taken := map[[2]int]string{}
	names := map[string]bool{}
	for _, p := range d.Panels {
		g := p.GridData
		if p.PanelIndex == "" || g.I != p.PanelIndex || names[g.I] || p.Title == "" {
			return fmt.Errorf("%s: panel %s has no title, two ids, or that of another", d.ID, p.PanelIndex)
		}
		names[g.I] = true
		if g.W < 1 || g.H < 1 || g.X < 0 || g.Y < 0 || g.X+g.W > gridWidth {
			return fmt.Errorf("%s: panel %s is outside of the grid: %+v", d.ID, g.I, g)
		}
		for x := g.X; x < g.X+g.W; x++ {
			for y := g.Y; y < g.Y+g.H; y++ {
				if other := taken[[2]int{x, y}]; other != "" {
					return fmt.Errorf("%s: panels %s and %s lie on each other", d.ID, other, g.I)
				}
				taken[[2]int{x, y}] = g.I
			}
		}
	}
	return d.source.Query.check()
}

func (p *Panel) check() error {
	if p.Search != nil {
		if p.Type != "search" {
			return fmt.Errorf("shows a search as %s", p.Type)
		}
		return nil
	}
	a := p.EmbeddableConfig.Attributes
	if p.Type != "lens" || a.Type != "lens" || len(a.State.DatasourceStates.FormBased.Layers) != 1 {
		return errors.New("is not one layer of Lens")
	}
	if err := a.State.Query.check(); err != nil {
		return err
	}
	if err := a.layer().check(); err != nil {
		return err
	}
	return a.checkVisualization()
}

func (l *layer) check() error {
	if !slices.Equal(slices.Sorted(maps.Keys(l.Columns)), slices.Sorted(slices.Values(l.ColumnOrder))) {
		return fmt.Errorf("columns %v are not those of the order", l.ColumnOrder)
	}
	if len(l.metrics()) == 0 || !slices.Equal(l.ColumnOrder, slices.Concat(l.buckets(), l.metrics())) {
		return fmt.Errorf("columns %v are not buckets first, then metrics", l.ColumnOrder)
	}
	for id := range l.Columns {
		c := l.Columns[id]
		if err := l.checkColumn(&c); err != nil {
			return fmt.Errorf("column %s: %w", id, err)
		}
	}
	return nil
}

func (l *layer) checkColumn(c *column) error {
	if c.Label == "" || !c.CustomLabel {
		return errors.New("has no label of its own")
	}
	if c.Filter != nil {
		if err := c.Filter.check(); err != nil {
			return err
		}
	}
	switch c.OperationType {
	case "terms":
		by := l.Columns[c.Params.OrderBy.ColumnID]
		if c.Params.OrderBy.Type != "column" || by.OperationType == "" || by.IsBucketed || by.OperationType == "last_value" {
			return fmt.Errorf("cannot be ordered by %q", c.Params.OrderBy.ColumnID)
		}
		if c.Params.Size < 1 || c.Params.Size > 1000 || c.Params.MissingBucket && !c.Params.OtherBucket {
			return fmt.Errorf("parameters %+v", c.Params)
		}
	case "filters":
		if len(c.Params.Filters) == 0 {
			return errors.New("has no filters")
		}
		for i := range c.Params.Filters {
			if err := c.Params.Filters[i].Input.check(); err != nil {
				return err
			}
		}
	}
	kind, known := operations[c.OperationType]
	if !known || kind.bucketed != c.IsBucketed || kind.dataType != "" && kind.dataType != c.DataType {
		return fmt.Errorf("is no %s as Lens makes it: %+v", c.OperationType, c)
	}
	switch {
	case c.OperationType == "count" && c.SourceField == "___records___":
	case c.OperationType == "filters" && c.SourceField == "":
	case c.OperationType == "count" || c.OperationType == "filters" || c.SourceField == "":
		return fmt.Errorf("%s of %q: %+v", c.OperationType, c.SourceField, c)
	}
	return nil
}

// operations are those that are used, with their type where they have one only.
var operations = map[string]struct {
	bucketed bool
	dataType string
}{
	"date_histogram": {true, "date"},
	"terms":          {true, ""},
	"filters":        {true, "string"},
	"count":          {false, "number"},
	"unique_count":   {false, "number"},
	"max":            {false, ""},
	"last_value":     {false, ""},
}

func (l *layer) buckets() []string { return l.which(true) }
func (l *layer) metrics() []string { return l.which(false) }

func (l *layer) which(bucketed bool) (ids []string) {
	for _, id := range l.ColumnOrder {
		if l.Columns[id].IsBucketed == bucketed {
			ids = append(ids, id)
		}
	}
	return ids
}

// checkVisualization sees to it that all columns are shown, each where it can be.
func (a *Attributes) checkVisualization() error {
	l := a.layer()
	shown, layerID, err := a.shown()
	if err != nil {
		return err
	}
	if layerID != a.layerID() {
		return fmt.Errorf("shows layer %q", layerID)
	}
	if !slices.Equal(slices.Sorted(slices.Values(shown)), slices.Sorted(slices.Values(l.ColumnOrder))) {
		return fmt.Errorf("shows the columns %v of %v", shown, l.ColumnOrder)
	}
	return nil
}

// shown lists the columns that a visualization shows.
func (a *Attributes) shown() (columns []string, layerID string, err error) {
	switch a.VisualizationType {
	case "lnsXY":
		return a.shownXY()
	case "lnsDatatable":
		var s tableState
		if err := decode(a.State.Visualization, &s); err != nil {
			return nil, "", err
		}
		for _, c := range s.Columns {
			columns = append(columns, c.ColumnID)
		}
		if !slices.Contains(columns, s.Sorting.ColumnID) || s.LayerType != "data" || s.RowHeight != "auto" {
			return nil, "", fmt.Errorf("is sorted by %q", s.Sorting.ColumnID)
		}
		return columns, s.LayerID, nil
	case "lnsMetric":
		var s metricState
		err := decode(a.State.Visualization, &s)
		return []string{s.MetricAccessor}, s.LayerID, err
	}
	return nil, "", fmt.Errorf("has the type %q", a.VisualizationType)
}

func (a *Attributes) shownXY() (columns []string, layerID string, err error) {
	var s xyState
	if err := decode(a.State.Visualization, &s); err != nil {
		return nil, "", err
	}
	if len(s.Layers) != 1 || s.Layers[0].LayerType != "data" || s.Layers[0].SeriesType != s.PreferredSeriesType {
		return nil, "", errors.New("is not one layer of a chart")
	}
	x, l := s.Layers[0], a.layer()
	columns = append(columns, x.XAccessor)
	if x.SplitAccessor != "" {
		columns = append(columns, x.SplitAccessor)
	}
	for _, id := range columns {
		if !l.Columns[id].IsBucketed {
			return nil, "", fmt.Errorf("groups by %q", id)
		}
	}
	for _, id := range x.Accessors {
		if l.Columns[id].IsBucketed {
			return nil, "", fmt.Errorf("draws %q", id)
		}
	}
	for _, c := range x.YConfig {
		if !slices.Contains(x.Accessors, c.ForAccessor) {
			return nil, "", fmt.Errorf("colours %q", c.ForAccessor)
		}
	}
	return append(columns, x.Accessors...), x.LayerID, nil
}
