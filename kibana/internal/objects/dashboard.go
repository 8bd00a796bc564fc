package objects

import (
	"errors"
	"fmt"
	"strings"
)

// gridWidth is the number of columns of a dashboard.
const gridWidth = 48

// dashboard returns the saved object of a dashboard.
func (s *source) dashboard(d *dashboard) (savedObject, error) {
	var panels []any
	var refs []reference
	at := place{}
	for i := range d.Panels {
		p := &d.Panels[i]
		content, needs, err := s.panel(p)
		if err == nil {
			content["gridData"], err = at.next(p)
		}
		if err != nil {
			return savedObject{}, fmt.Errorf("%s: panel %s: %w", d.ID, p.ID, err)
		}
		panels = append(panels, content)
		for _, r := range needs {
			r.Name = p.ID + ":" + r.Name
			refs = append(refs, r)
		}
	}
	attributes := object{
		"title": d.Title, "description": d.Description, "version": 1,
		"kibanaSavedObjectMeta": object{"searchSourceJSON": text(object{"query": query(""), "filter": []any{}})},
		"optionsJSON": text(object{
			"useMargins": true, "hidePanelTitles": false, "syncColors": false, "syncCursor": true, "syncTooltips": false,
		}),
		"panelsJSON":  text(panels),
		"timeRestore": true, "timeFrom": d.From, "timeTo": "now",
		"refreshInterval": object{"pause": true, "value": 60000},
	}
	return savedObject{Type: "dashboard", ID: d.ID, Attributes: attributes, References: refs, TypeMigrationVersion: dashboardVersion}, nil
}

// panel returns a panel without its place, and its references.
func (s *source) panel(p *panel) (object, []reference, error) {
	if p.ID == "" || strings.Contains(p.ID, ":") { // a colon ends the panel's part of a reference
		return nil, nil, errors.New("the id must be a text without colon")
	}
	content := object{"panelIndex": p.ID, "title": p.Title, "version": panelVersion}
	if p.Type == "documents" {
		content["type"], content["panelRefName"], content["embeddableConfig"] = "search", "panel_"+p.ID, object{"enhancements": object{}}
		return content, []reference{{ID: p.Search, Name: "panel_" + p.ID, Type: searchType}}, nil
	}
	attributes, refs, err := s.lens(p)
	if err != nil {
		return nil, nil, err
	}
	content["type"] = "lens"
	content["embeddableConfig"] = object{"attributes": attributes, "enhancements": object{}, "hidePanelTitles": false}
	return content, refs, nil
}

// place is where the next panel goes: beside the last one, or below if there is no room.
type place struct{ x, y, bottom int }

func (at *place) next(p *panel) (object, error) {
	w, h := p.Size[0], p.Size[1]
	if w < 1 || w > gridWidth || h < 1 {
		return nil, fmt.Errorf("size %v: the width goes up to %d", p.Size, gridWidth)
	}
	if at.x+w > gridWidth {
		at.x, at.y = 0, at.bottom
	}
	grid := object{"x": at.x, "y": at.y, "w": w, "h": h, "i": p.ID}
	at.x += w
	at.bottom = max(at.bottom, at.y+h)
	return grid, nil
}
