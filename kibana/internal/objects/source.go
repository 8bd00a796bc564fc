// Package objects makes Kibana's saved objects from sources that people can
// read. A fault in a source is an error that says where it is.
package objects

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/goccy/go-yaml"
)

// source is all that the sources say.
type source struct {
	view       dataView
	conditions map[string]string
	searches   []savedSearch
	dashboards []dashboard
}

type dataView struct {
	ID       string             `yaml:"id"`
	Name     string             `yaml:"name"`
	Time     string             `yaml:"time"`
	Patterns []string           `yaml:"patterns"`
	Links    []string           `yaml:"links"`
	Colors   map[string][]color `yaml:"colors"`
}

type color struct {
	Value      string `yaml:"value"`
	Background string `yaml:"background"`
	White      bool   `yaml:"white"`
}

type savedSearch struct {
	ID          string   `yaml:"id"`
	Title       string   `yaml:"title"`
	Description string   `yaml:"description"`
	Filter      string   `yaml:"filter"`
	Columns     []string `yaml:"columns"`
}

type dashboard struct {
	ID          string  `yaml:"id"`
	Title       string  `yaml:"title"`
	Description string  `yaml:"description"`
	From        string  `yaml:"from"` // the time range that it opens with, up to now
	Panels      []panel `yaml:"panels"`
}

// panel is a part of a dashboard. Panels stand in rows, in their order.
type panel struct {
	ID          string  `yaml:"id"`
	Title       string  `yaml:"title"`
	Description string  `yaml:"description"`
	Type        string  `yaml:"type"` // bars, rows, table, number or documents
	Size        [2]int  `yaml:"size"` // width of 48, height
	Filter      string  `yaml:"filter"`
	By          []group `yaml:"by"`
	Show        []value `yaml:"show"`
	Sort        order   `yaml:"sort"`   // of a table
	Search      string  `yaml:"search"` // of documents: the saved search
}

// group is what documents are grouped by; one of Time, Top and Recovery.
type group struct {
	Label string `yaml:"label"`
	Width int    `yaml:"width"`

	Time string `yaml:"time"` // a field

	Top       string `yaml:"top"` // a field: its values with the highest Order
	Size      int    `yaml:"size"`
	Order     string `yaml:"order"` // the label of a value
	Ascending bool   `yaml:"ascending"`
	Missing   bool   `yaml:"missing"` // documents without the field are a group too

	// Recovery are events of the catalog: a group for each, with the later events
	// that confirm that it is over.
	Recovery []uint32 `yaml:"recovery"`
}

// value is what is shown of a group: the number of its documents, or one of
// Unique, Newest and Last, which are fields.
type value struct {
	Label  string `yaml:"label"`
	Width  int    `yaml:"width"`
	Filter string `yaml:"filter"`
	Color  string `yaml:"color"`

	Unique   string `yaml:"unique"`    // how many values it has
	Newest   string `yaml:"newest"`    // the highest value
	Last     string `yaml:"last"`      // that of the last document
	LatestBy string `yaml:"latest_by"` // the date that says which one is the last; the data view's if empty
}

type order struct {
	By        string `yaml:"by"` // a label
	Ascending bool   `yaml:"ascending"`
}

// dashboardFiles are in the order in which they are written.
var dashboardFiles = []string{"overview.yaml", "firewall.yaml", "ipsec.yaml", "data-quality.yaml"}

func readSource(dir string) (*source, error) {
	s := &source{dashboards: make([]dashboard, len(dashboardFiles))}
	files := []struct {
		name string
		into any
	}{{"data-view.yaml", &s.view}, {"conditions.yaml", &s.conditions}, {"searches.yaml", &s.searches}}
	for i, name := range dashboardFiles {
		files = append(files, struct {
			name string
			into any
		}{name, &s.dashboards[i]})
	}
	for _, f := range files {
		if err := readYAML(filepath.Join(dir, f.name), f.into); err != nil {
			return nil, err
		}
	}
	return s, nil
}

func readYAML(name string, into any) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := yaml.NewDecoder(bytes.NewReader(text), yaml.Strict()).Decode(into); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

var condition = regexp.MustCompile(`\{\{([^}]*)\}\}`)

// fill puts the conditions of the sources into a filter.
func (s *source) fill(filter string) (string, error) {
	var err error
	filled := condition.ReplaceAllStringFunc(filter, func(c string) string {
		text, found := s.conditions[condition.FindStringSubmatch(c)[1]]
		if !found {
			err = fmt.Errorf("no condition %s", c)
		}
		if c == filter {
			return text
		}
		return "(" + text + ")"
	})
	return filled, err
}
