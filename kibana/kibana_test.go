package kibana_test

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"winevent/enrich"
	"winevent/kibana"
	"winevent/kibana/internal/lens"
	"winevent/kibana/internal/objects"
	"winevent/outputs/elasticsearch/setup"
)

var update = flag.Bool("update", false, "write the saved objects anew")

func TestObjectsAreCurrent(t *testing.T) {
	want, err := objects.Generate("source")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile("winevent.ndjson", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile("winevent.ndjson")
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Error("winevent.ndjson is not what the sources say: run go generate ./kibana")
	}
}

// read reads the saved objects as Kibana does, which checks their form.
func read(t *testing.T) *lens.Objects {
	t.Helper()
	o, err := lens.Read(kibana.Objects)
	if err != nil {
		t.Fatal(err)
	}
	if len(o.Views) != 1 || len(o.Searches) != 4 || len(o.Dashboards) != 4 {
		t.Fatalf("%d data views, %d searches, %d dashboards", len(o.Views), len(o.Searches), len(o.Dashboards))
	}
	return o
}

// panels calls f with every panel.
func panels(t *testing.T, o *lens.Objects, f func(t *testing.T, p *lens.Panel)) {
	for _, d := range o.Dashboards {
		for i := range d.Panels {
			t.Run(d.ID+"/"+d.Panels[i].PanelIndex, func(t *testing.T) { f(t, &d.Panels[i]) })
		}
	}
}

// TestFields looks each field up in the table of fields.
func TestFields(t *testing.T) {
	o := read(t)
	for _, v := range o.Views {
		for _, u := range v.Uses() {
			checkField(t, u)
		}
	}
	panels(t, o, func(t *testing.T, p *lens.Panel) {
		for _, u := range p.Uses() {
			checkField(t, u)
		}
	})
}

func checkField(t *testing.T, u lens.Use) {
	t.Helper()
	f, known := field(u.Field)
	if !known {
		t.Errorf("documents have no field %s", u)
		return
	}
	// What is compared or computed needs a column of its values; text has none.
	kind := map[enrich.Type]string{enrich.Keyword: "string", enrich.Long: "number", enrich.IP: "ip", enrich.Date: "date"}[f.Type]
	if u.Operation != "show" && kind == "" || u.DataType != "" && u.DataType != kind {
		t.Errorf("%s is %s, used as %q", u, f.Type, u.DataType)
	}
	if u.Operation == "last_value" && f.Array {
		t.Errorf("%s is a list, of which one value would be shown", u)
	}
}

// field finds a field that documents can have.
func field(path string) (enrich.Field, bool) {
	if path == "event.ingested" {
		return enrich.Field{Path: path, Type: enrich.Date}, true
	}
	for _, f := range enrich.Fields() {
		if f.Path == path {
			return f, true
		}
		if f.Path == "winlog.event_data" && strings.HasPrefix(path, f.Path+".") {
			return enrich.Field{Path: path, Type: enrich.Keyword}, true
		}
	}
	return enrich.Field{}, false
}

// TestOnlyOurs wants every panel to leave out documents of others, who may write
// into the same data streams.
func TestOnlyOurs(t *testing.T) {
	panels(t, read(t), func(t *testing.T, p *lens.Panel) {
		if f := p.Filter(); !strings.Contains(f, "winevent.") && !strings.Contains(f, `tags: "winevent_`) {
			t.Errorf("%q also finds what winevent did not write", f)
		}
	})
}

// TestDataView wants the data streams that setup is for.
func TestDataView(t *testing.T) {
	want, err := setup.Patterns("logs-{{dataset}}-{{namespace}}", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Split(read(t).Views["winevent"].Title, ",")
	if !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestFor changes the data view, and nothing else.
func TestFor(t *testing.T) {
	o, err := lens.Read(kibana.For([]string{"winevent-a-*", "winevent-b-*"}))
	if err != nil {
		t.Fatal(err)
	}
	want := read(t)
	if v := o.Views["winevent"]; v.Title != "winevent-a-*,winevent-b-*" || v.Name != want.Views["winevent"].Name {
		t.Errorf("%+v", v)
	}
	own := strings.Split(want.Views["winevent"].Title, ",")
	if string(kibana.For(own)) != string(kibana.Objects) {
		t.Error("the same patterns give other objects")
	}
}

// TestDocumentation wants every dashboard and saved search in docs/kibana.md.
func TestDocumentation(t *testing.T) {
	text, err := os.ReadFile("../docs/kibana.md")
	if err != nil {
		t.Fatal(err)
	}
	o := read(t)
	var titles []string
	for _, d := range o.Dashboards {
		titles = append(titles, d.Title)
	}
	for _, s := range o.Searches {
		titles = append(titles, s.Title)
	}
	for _, title := range titles {
		if !strings.Contains(string(text), title) {
			t.Errorf("docs/kibana.md does not tell of %q", title)
		}
	}
	for _, title := range regexp.MustCompile(`\[winevent\] [^|*\x60]+`).FindAllString(string(text), -1) {
		if !slices.Contains(titles, strings.TrimSpace(title)) {
			t.Errorf("docs/kibana.md tells of %q, which there is not", title)
		}
	}
}
