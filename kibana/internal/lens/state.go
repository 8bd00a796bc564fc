package lens

import "encoding/json"

// Attributes are what Lens keeps of a panel.
type Attributes struct {
	Title, Description, Type, VisualizationType string
	References                                  []reference
	State                                       struct {
		AdHocDataViews     map[string]any
		InternalReferences []any
		Filters            []any
		Query              Query
		DatasourceStates   struct {
			FormBased struct{ Layers map[string]layer }
		}
		Visualization json.RawMessage
	}
}

type layer struct {
	ColumnOrder       []string
	Columns           map[string]column
	IncompleteColumns map[string]any
}

type column struct {
	Label, DataType, OperationType, Scale, SourceField string
	IsBucketed, CustomLabel                            bool
	Filter                                             *Query
	Params                                             params
}

// params are those of all operations.
type params struct {
	EmptyAsNull bool // count, unique_count, max

	SortField       string // last_value
	ShowArrayValues bool

	Interval         string // date_histogram
	IncludeEmptyRows bool
	DropPartials     bool

	Size           int // terms
	OrderBy        struct{ Type, ColumnID string }
	OrderDirection string
	OtherBucket    bool
	MissingBucket  bool
	ParentFormat   struct{ ID string }
	Include        []string
	Exclude        []string
	IncludeIsRegex bool
	ExcludeIsRegex bool

	Filters []struct { // filters
		Label string
		Input Query
	}
}

// The visualizations.
type (
	xyState struct {
		PreferredSeriesType, ValueLabels string
		Legend                           struct {
			IsVisible bool
			Position  string
		}
		AxisTitlesVisibilitySettings struct{ X, YLeft, YRight bool }
		Layers                       []struct {
			LayerID, LayerType, SeriesType, XAccessor, SplitAccessor string
			Accessors                                                []string
			YConfig                                                  []struct{ ForAccessor, Color string }
		}
	}
	tableState struct {
		LayerID, LayerType, RowHeight string
		Columns                       []struct {
			ColumnID     string
			IsTransposed bool
			Width        int
		}
		Sorting struct{ ColumnID, Direction string }
		Paging  struct {
			Size    int
			Enabled bool
		}
	}
	metricState struct{ LayerID, LayerType, MetricAccessor, Color string }
)

// layerID is the id of the only layer.
func (a *Attributes) layerID() string {
	for id := range a.State.DatasourceStates.FormBased.Layers {
		return id
	}
	return ""
}

func (a *Attributes) layer() *layer {
	l := a.State.DatasourceStates.FormBased.Layers[a.layerID()]
	return &l
}

// CaseFilters returns the filters that a panel groups by, by their labels.
func (p *Panel) CaseFilters() map[string]string {
	all := map[string]string{}
	if p.Search != nil {
		return all
	}
	for _, c := range p.EmbeddableConfig.Attributes.layer().Columns {
		for _, f := range c.Params.Filters {
			all[f.Label] = f.Input.Query
		}
	}
	return all
}
