package objects

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
)

// The versions of the forms in which objects are written. Kibana migrates from
// there to its own; it refuses what is newer than itself. All are as old as can
// be, so that every Kibana from 8.8 on takes them.
const (
	coreVersion      = "8.8.0" // the oldest that has typeMigrationVersion
	dataViewVersion  = "8.0.0"
	searchVersion    = "8.0.0"
	dashboardVersion = "8.6.0" // the oldest with Lens' formBased
	panelVersion     = "8.8.0"
)

const (
	dataViewType = "index-pattern"
	searchType   = "search"
)

type savedObject struct {
	Type                 string      `json:"type"`
	ID                   string      `json:"id"`
	Attributes           object      `json:"attributes"`
	References           []reference `json:"references"`
	CoreMigrationVersion string      `json:"coreMigrationVersion"`
	TypeMigrationVersion string      `json:"typeMigrationVersion"`
}

type reference struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Type string `json:"type"`
}

// Generate returns the saved objects of the sources in a folder, one a line.
// The same sources always give the same bytes.
func Generate(dir string) ([]byte, error) {
	s, err := readSource(dir)
	if err != nil {
		return nil, err
	}
	view, err := s.viewObject()
	if err != nil {
		return nil, err
	}
	all := []savedObject{view}
	for i := range s.searches {
		o, err := s.searchObject(&s.searches[i])
		if err != nil {
			return nil, fmt.Errorf("search %s: %w", s.searches[i].ID, err)
		}
		all = append(all, o)
	}
	for i := range s.dashboards {
		o, err := s.dashboard(&s.dashboards[i])
		if err != nil {
			return nil, err
		}
		all = append(all, o)
	}
	return lines(all)
}

func lines(all []savedObject) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, o := range all {
		o.CoreMigrationVersion = coreVersion
		if err := e.Encode(o); err != nil {
			return nil, err
		}
	}
	return b.Bytes(), nil
}

// text is JSON inside of JSON, as Kibana keeps some attributes.
func text(v any) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(err) // only maps, lists, texts and numbers come here
	}
	return strings.TrimSuffix(b.String(), "\n")
}

func (s *source) viewObject() (savedObject, error) {
	formats := object{}
	for _, field := range s.view.Links {
		formats[field] = object{"id": "url", "params": object{}}
	}
	for field, colors := range s.view.Colors {
		formats[field] = colorFormat(colors)
	}
	for field := range formats {
		if _, err := fieldType(field); err != nil {
			return savedObject{}, fmt.Errorf("data view: %w", err)
		}
	}
	if _, err := dataType(s.view.Time, "date"); err != nil {
		return savedObject{}, fmt.Errorf("data view: %w", err)
	}
	attributes := object{
		"title": strings.Join(s.view.Patterns, ","), "name": s.view.Name, "timeFieldName": s.view.Time,
		"fields": "[]", "fieldAttrs": "{}", "runtimeFieldMap": "{}", "sourceFilters": "[]", "typeMeta": "{}",
		"fieldFormatMap": text(formats),
	}
	return savedObject{
		Type: dataViewType, ID: s.view.ID, Attributes: attributes, References: []reference{}, TypeMigrationVersion: dataViewVersion,
	}, nil
}

// colorFormat shows values on a background of their own.
func colorFormat(colors []color) object {
	var rules []any
	for _, c := range colors {
		front := "#000000"
		if c.White {
			front = "#FFFFFF"
		}
		rules = append(rules, object{"regex": "^" + c.Value + "$", "range": "-Infinity:Infinity", "text": front, "background": c.Background})
	}
	return object{"id": "color", "params": object{"fieldType": "string", "colors": rules}}
}

func (s *source) searchObject(d *savedSearch) (savedObject, error) {
	filter, err := s.query(d.Filter)
	if err != nil {
		return savedObject{}, err
	}
	for _, column := range d.Columns {
		if _, err := fieldType(column); err != nil {
			return savedObject{}, err
		}
	}
	const viewName = "kibanaSavedObjectMeta.searchSourceJSON.index"
	attributes := object{
		"title": d.Title, "description": d.Description, "columns": d.Columns, "grid": object{},
		"sort": []any{[]any{s.view.Time, "desc"}}, "hideChart": false, "isTextBasedQuery": false, "timeRestore": false,
		"kibanaSavedObjectMeta": object{"searchSourceJSON": text(object{
			"query": filter, "filter": []any{}, "indexRefName": viewName, "highlightAll": true, "version": true,
		})},
	}
	return savedObject{
		Type: searchType, ID: d.ID, Attributes: attributes, TypeMigrationVersion: searchVersion,
		References: []reference{{ID: s.view.ID, Name: viewName, Type: dataViewType}},
	}, nil
}
