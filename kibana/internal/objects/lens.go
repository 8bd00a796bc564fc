package objects

import (
	"errors"
	"fmt"
)

const layerID = "layer"

// lens returns the state of a panel as Lens saves it, and the references that it needs.
func (s *source) lens(p *panel) (object, []reference, error) {
	c, err := s.columns(p)
	if err != nil {
		return nil, nil, err
	}
	filter, err := s.query(p.Filter)
	if err != nil {
		return nil, nil, err
	}
	visualization, state, err := visualize(p, c)
	if err != nil {
		return nil, nil, err
	}
	refs := []reference{{ID: s.view.ID, Name: "indexpattern-datasource-layer-" + layerID, Type: dataViewType}}
	return object{
		"title": "", "description": p.Description, "type": "lens", "visualizationType": visualization,
		"references": refs,
		"state": object{
			"adHocDataViews": object{}, "internalReferences": []any{}, "filters": []any{}, "query": filter,
			"datasourceStates": object{"formBased": object{"layers": object{layerID: object{
				"columns": c.byID, "columnOrder": c.order, "incompleteColumns": object{},
			}}}},
			"visualization": state,
		},
	}, refs, nil
}

// visualize returns the name and the state of a visualization.
func visualize(p *panel, c *columns) (string, object, error) {
	if len(p.Show) == 0 {
		return "", nil, errors.New("shows nothing")
	}
	switch p.Type {
	case "bars":
		state, err := chart(p, c, "bar_stacked")
		return "lnsXY", state, err
	case "rows":
		state, err := chart(p, c, "bar_horizontal_stacked")
		return "lnsXY", state, err
	case "table":
		state, err := table(p, c)
		return "lnsDatatable", state, err
	case "number":
		state, err := number(p, c)
		return "lnsMetric", state, err
	}
	return "", nil, fmt.Errorf("no type %q", p.Type)
}

// chart draws the values by the first group; a second one splits them.
func chart(p *panel, c *columns, series string) (object, error) {
	if len(p.By) < 1 || len(p.By) > 2 || len(p.By) == 2 && len(p.Show) > 1 {
		return nil, errors.New("a chart is by one group or two, and shows one value if by two")
	}
	layer := object{"layerId": layerID, "layerType": "data", "seriesType": series, "xAccessor": c.ids[p.By[0].label()]}
	if len(p.By) == 2 {
		layer["splitAccessor"] = c.ids[p.By[1].label()]
	}
	var accessors, config []any
	for _, v := range p.Show {
		accessors = append(accessors, c.ids[v.Label])
		if v.Color != "" {
			config = append(config, object{"forAccessor": c.ids[v.Label], "color": v.Color})
		}
	}
	layer["accessors"] = accessors
	if len(config) > 0 {
		layer["yConfig"] = config
	}
	titles := object{"x": false, "yLeft": false, "yRight": false}
	return object{
		"preferredSeriesType": series, "layers": []any{layer}, "valueLabels": "hide", "axisTitlesVisibilitySettings": titles,
		"legend": object{"isVisible": len(p.By) == 2 || len(p.Show) > 1, "position": "right"},
	}, nil
}

const rowsOfPage = 10

func table(p *panel, c *columns) (object, error) {
	var shown []any
	for _, id := range c.order {
		column := object{"columnId": id, "isTransposed": false}
		if c.widths[id] > 0 {
			column["width"] = c.widths[id]
		}
		shown = append(shown, column)
	}
	by, err := c.id(p.Sort.By)
	if err != nil {
		return nil, fmt.Errorf("sort: %w", err)
	}
	direction := "desc"
	if p.Sort.Ascending {
		direction = "asc"
	}
	return object{
		"layerId": layerID, "layerType": "data", "columns": shown,
		"sorting": object{"columnId": by, "direction": direction},
		"paging":  object{"size": rowsOfPage, "enabled": true},
		// Sentences are worth reading to their end.
		"rowHeight": "auto",
	}, nil
}

func number(p *panel, c *columns) (object, error) {
	if len(p.By) > 0 || len(p.Show) != 1 {
		return nil, errors.New("a number is one value, by nothing")
	}
	state := object{"layerId": layerID, "layerType": "data", "metricAccessor": c.order[0]}
	if color := p.Show[0].Color; color != "" {
		state["color"] = color
	}
	return state, nil
}
