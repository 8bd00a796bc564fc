package userfile

import (
	"fmt"
	"slices"
	"strings"

	"winevent/enrich/catalog"
	"winevent/enrich/catalog/entryfile"
)

// facts are what a file is held against: the built-in catalog, and the file's own events.
type facts struct {
	// own are the events that the file adds to providers of the built-in catalog.
	own map[string]map[uint32]bool
	// builtIn are the providers of the file that the built-in catalog has.
	builtIn map[string]bool
	// forms are the ways in which the built-in catalog fills a field.
	forms map[string][]string
}

var _ entryfile.Facts = (*facts)(nil)

func newFacts(providers []*provider) *facts {
	f := &facts{own: map[string]map[uint32]bool{}, builtIn: map[string]bool{}}
	for _, p := range providers {
		f.builtIn[p.Provider] = p.builtIn
		f.own[p.Provider] = map[uint32]bool{}
		for i := range p.Events {
			if e := &p.Events[i]; len(e.Parameters) > 0 || e.Message != "" {
				f.own[p.Provider][p.Events[i].ID] = true
			}
		}
	}
	return f
}

// Exists accepts every event of a provider that only the user knows.
func (f *facts) Exists(provider string, id uint32) bool {
	return !f.builtIn[provider] || f.own[provider][id] || catalog.Find([]byte(provider), id) >= 0
}

func (f *facts) Parameters(provider string, id uint32) (lists [][]string) {
	if i := catalog.Find([]byte(provider), id); i >= 0 {
		for _, l := range catalog.At(i).Parameters {
			lists = append(lists, l.Names)
		}
	}
	return lists
}

// AuditsFailure is not known here, and not asked for users' entries.
func (f *facts) AuditsFailure(string, uint32) bool { return false }

func (f *facts) ValueMap(name string) bool { return catalog.HasValueMap(name) }

func (f *facts) ErrorCode(code uint32) bool {
	decoded := catalog.DecodeError(code)
	return decoded.Symbol != ""
}

// fieldFault says what is wrong with a row of ecs.fields, or "". Only what the
// built-in catalog does too is safe: another form may make a value that the
// field's type in Elasticsearch does not take.
func (f *facts) fieldFault(row entryfile.Field) string {
	if f.forms == nil {
		f.forms = builtInForms()
	}
	forms, ok := f.forms[row.To]
	switch {
	case !ok:
		return fmt.Sprintf("no event of the catalog fills this field: write one that is filled, such as %s", strings.Join(f.nearest(row.To), ", "))
	case !slices.Contains(forms, row.As):
		return fmt.Sprintf("as %q does not fit this field: write %s", row.As, alternatives(forms))
	}
	return ""
}

// builtInForms returns the forms that built-in entries use, by field.
func builtInForms() map[string][]string {
	forms := map[string][]string{}
	for i := range catalog.Count() {
		for _, row := range catalog.At(i).ECS.Fields {
			if name := row.Form.String(); !slices.Contains(forms[row.Field], name) {
				forms[row.Field] = append(forms[row.Field], name)
			}
		}
	}
	return forms
}

// alternatives lists the forms of a field for a fault.
func alternatives(forms []string) string {
	texts := make([]string, len(forms))
	for i, form := range forms {
		texts[i] = "as: " + form
		if form == "" {
			texts[i] = "no as"
		}
	}
	slices.Sort(texts)
	return strings.Join(texts, " or ")
}

// nearest lists the fields that share most of their path with a name that is none.
func (f *facts) nearest(name string) []string {
	object, _, _ := strings.Cut(name, ".")
	var near, all []string
	for field := range f.forms {
		all = append(all, field)
		if field == object || strings.HasPrefix(field, object+".") {
			near = append(near, field)
		}
	}
	if len(near) == 0 {
		near = all
	}
	slices.Sort(near)
	return near[:min(len(near), 8)]
}
