// Package lens reads saved objects as Kibana does, checks what Kibana would
// trip over, and makes the searches that Kibana would run. It is for tests: it
// knows nothing of how the objects were made. The types follow those of Kibana
// (kbn-lens-common, and the schemas of the saved objects); a member that they do
// not have is an error.
package lens

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Objects are the saved objects of a file.
type Objects struct {
	Views      map[string]View // by id
	Searches   map[string]Search
	Dashboards []Dashboard
}

type reference struct{ ID, Name, Type string }

type savedObject struct {
	Type, ID             string
	Attributes           json.RawMessage
	References           []reference
	CoreMigrationVersion string
	TypeMigrationVersion string
}

// View is a data view.
type View struct {
	Title, Name, TimeFieldName               string
	Fields, FieldAttrs, FieldFormatMap       string
	RuntimeFieldMap, SourceFilters, TypeMeta string
	formats                                  map[string]fieldFormat
}

type fieldFormat struct {
	ID     string
	Params struct {
		FieldType string
		Colors    []struct{ Regex, Range, Text, Background string }
	}
}

// Search is a saved search.
type Search struct {
	Title, Description    string
	Columns               []string
	Sort                  [][]string
	Grid                  struct{}
	HideChart             bool
	IsTextBasedQuery      bool
	TimeRestore           bool
	KibanaSavedObjectMeta struct{ SearchSourceJSON string }

	view   string // the id of its data view
	source searchSource
}

type searchSource struct {
	Query        Query
	Filter       []any
	IndexRefName string
	HighlightAll bool
	Version      bool
}

// Query is a filter in KQL.
type Query struct{ Query, Language string }

// Dashboard is a dashboard.
type Dashboard struct {
	ID                    string `json:"-"`
	Title, Description    string
	Version               int
	KibanaSavedObjectMeta struct{ SearchSourceJSON string }
	OptionsJSON           string
	PanelsJSON            string
	TimeRestore           bool
	TimeFrom, TimeTo      string
	RefreshInterval       struct {
		Pause bool
		Value int
	}

	Panels     []Panel `json:"-"`
	source     searchSource
	references []reference
}

// Panel is a panel of a dashboard. It has a Search, or Attributes of Lens.
type Panel struct {
	PanelIndex, Title, Type, Version, PanelRefName string
	GridData                                       Grid
	EmbeddableConfig                               struct {
		Attributes      *Attributes
		Enhancements    struct{}
		HidePanelTitles bool
	}

	Search *Search `json:"-"`
	view   string
}

// Grid is where a panel stands.
type Grid struct {
	X, Y, W, H int
	I          string
}

// decode is strict: what it does not know, nobody has checked.
func decode(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

// Read reads saved objects, one a line, and follows their references.
func Read(ndjson []byte) (*Objects, error) {
	if err := checkKeys(ndjson); err != nil {
		return nil, err
	}
	o := &Objects{Views: map[string]View{}, Searches: map[string]Search{}}
	for i, line := range bytes.Split(bytes.TrimSuffix(ndjson, []byte("\n")), []byte("\n")) {
		var s savedObject
		err := decode(line, &s)
		if err == nil {
			err = o.add(&s)
		}
		if err != nil {
			return nil, fmt.Errorf("line %d, %s %s: %w", i+1, s.Type, s.ID, err)
		}
	}
	return o, o.check()
}

// add reads an object. Those that it refers to stand before it.
func (o *Objects) add(s *savedObject) error {
	if s.CoreMigrationVersion == "" || s.TypeMigrationVersion == "" {
		return fmt.Errorf("has no versions: Kibana would take it for one of before 7.0")
	}
	switch s.Type {
	case "index-pattern":
		var v View
		if err := decode(s.Attributes, &v); err != nil {
			return err
		}
		if _, there := o.Views[s.ID]; there {
			return fmt.Errorf("is there twice")
		}
		err := decode([]byte(v.FieldFormatMap), &v.formats)
		o.Views[s.ID] = v
		return err
	case "search":
		return o.addSearch(s)
	case "dashboard":
		return o.addDashboard(s)
	}
	return fmt.Errorf("has a type that is not known")
}

func (o *Objects) addSearch(s *savedObject) error {
	var d Search
	if err := decode(s.Attributes, &d); err != nil {
		return err
	}
	if err := decode([]byte(d.KibanaSavedObjectMeta.SearchSourceJSON), &d.source); err != nil {
		return err
	}
	if _, there := o.Searches[s.ID]; there {
		return fmt.Errorf("is there twice")
	}
	var err error
	d.view, err = o.follow(s.References, "index-pattern", d.source.IndexRefName)
	o.Searches[s.ID] = d
	return err
}

func (o *Objects) addDashboard(s *savedObject) error {
	d := Dashboard{ID: s.ID, references: s.References}
	if err := decode(s.Attributes, &d); err != nil {
		return err
	}
	if err := decode([]byte(d.KibanaSavedObjectMeta.SearchSourceJSON), &d.source); err != nil {
		return err
	}
	if err := decode([]byte(d.PanelsJSON), &d.Panels); err != nil {
		return err
	}
	for i := range d.Panels {
		if err := o.connect(&d.Panels[i], s.References); err != nil {
			return fmt.Errorf("panel %s: %w", d.Panels[i].PanelIndex, err)
		}
	}
	o.Dashboards = append(o.Dashboards, d)
	return nil
}

// connect finds what a panel refers to. Kibana takes the dashboard's references
// that begin with the panel's id; of those Lens takes the ones whose names its
// own state has too.
func (o *Objects) connect(p *Panel, references []reference) error {
	prefix := p.PanelIndex + ":"
	if p.PanelRefName != "" {
		id, err := o.follow(references, "search", prefix+p.PanelRefName)
		s := o.Searches[id]
		p.Search, p.view = &s, s.view
		return err
	}
	if p.EmbeddableConfig.Attributes == nil {
		return fmt.Errorf("is neither by reference nor by value")
	}
	name := "indexpattern-datasource-layer-" + p.EmbeddableConfig.Attributes.layerID()
	inner, err := o.follow(p.EmbeddableConfig.Attributes.References, "index-pattern", name)
	if err != nil {
		return err
	}
	p.view, err = o.follow(references, "index-pattern", prefix+name)
	if err == nil && inner != p.view {
		err = fmt.Errorf("refers to two data views, %s and %s", inner, p.view)
	}
	return err
}

// follow returns the id that a reference leads to.
func (o *Objects) follow(references []reference, kind, name string) (string, error) {
	for _, r := range references {
		if r.Name != name || r.Type != kind {
			continue
		}
		_, view := o.Views[r.ID]
		_, search := o.Searches[r.ID]
		if kind == "index-pattern" && view || kind == "search" && search {
			return r.ID, nil
		}
		return "", fmt.Errorf("refers to %s %s, which does not stand before it", kind, r.ID)
	}
	return "", fmt.Errorf("has no reference %q to a %s", name, kind)
}
