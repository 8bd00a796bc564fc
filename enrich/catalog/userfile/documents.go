package userfile

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"

	"winevent/enrich/catalog"
	"winevent/enrich/catalog/entryfile"
)

// document is one YAML document: what a file says of one provider.
type document struct {
	Provider string            `yaml:"provider"`
	Channel  string            `yaml:"channel"`
	Sources  map[string]string `yaml:"sources"`
	Events   []ast.Node        `yaml:"events"`
}

// documents reads all documents of a file.
func (r *reader) documents(text []byte) {
	if !utf8.Valid(text) {
		r.fault(0, "", "", "is not UTF-8: save it so")
		return
	}
	tokens := lexer.Tokenize(string(text))
	if line := tooDeep(tokens); line > 0 {
		r.fault(line, "", "", "is nested deeper than any entry: correct the brackets or the indentation")
		return
	}
	file, err := parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		r.syntax(err)
		return
	}
	for _, doc := range file.Docs {
		switch doc.Body.(type) {
		case nil, *ast.CommentGroupNode, *ast.NullNode: // nothing between two ---
		default:
			r.document(doc.Body)
		}
	}
}

func (r *reader) syntax(err error) {
	line, text := 0, err.Error()
	var at yaml.Error
	if errors.As(err, &at) {
		text = at.GetMessage()
		if t := at.GetToken(); t != nil && t.Position != nil {
			line = t.Position.Line
		}
	}
	r.fault(line, "", "", "is no YAML: %s", text)
}

func (r *reader) document(body ast.Node) {
	var doc document
	d := decoder{fault: r.fault, places: map[string]place{}}
	d.decode(body, reflect.ValueOf(&doc).Elem(), "")
	line := lineOf(body)
	if at, ok := d.places["provider"]; ok {
		line = at.line
	}
	if fault := providerFault(doc.Provider); fault != "" {
		r.fault(line, "provider", doc.Provider, "%s", fault)
		return
	}
	if len(doc.Events) == 0 {
		r.fault(line, "events", "", "is missing: write a list of entries, each with its id")
	}
	p := r.provider(doc.Provider)
	for i, node := range doc.Events {
		r.event(p, &doc, fmt.Sprintf("events[%d]", i), node)
	}
}

// longestProvider is the longest name that the catalog looks up.
const longestProvider = 255

// providerFault says what is wrong with the name of a provider, or "".
func providerFault(name string) string {
	switch {
	case name == "":
		return "is missing: write the provider as its events carry it (winlog.provider_name)"
	case len(name) > longestProvider:
		return fmt.Sprintf("has more than %d bytes: write the provider as its events carry it", longestProvider)
	case builtInName(name) != "":
		return ""
	}
	for _, known := range catalog.Providers() {
		rest := strings.TrimPrefix(known, "Microsoft-")
		if strings.EqualFold(name, rest) || strings.EqualFold(name, strings.TrimPrefix(rest, "Windows-")) {
			return fmt.Sprintf("write the whole name, %q", known)
		}
	}
	return ""
}

// builtInName is a provider's name as the built-in catalog spells it, or "".
func builtInName(name string) string {
	for _, known := range catalog.Providers() {
		if strings.EqualFold(known, name) {
			return known
		}
	}
	return ""
}

// provider returns what collects the entries of a provider.
func (r *reader) provider(name string) *provider {
	for _, p := range r.providers {
		if strings.EqualFold(p.Provider, name) {
			return p
		}
	}
	p := &provider{File: entryfile.File{Provider: name}}
	if known := builtInName(name); known != "" {
		p.Provider, p.builtIn = known, true
	}
	r.providers = append(r.providers, p)
	return p
}

// maxID is the largest event id: Windows has 16 bits for it.
const maxID = 1<<16 - 1

// event reads an entry over what the built-in catalog knows of its event.
func (r *reader) event(p *provider, doc *document, key string, node ast.Node) {
	id, ok := r.id(p, key, node)
	if !ok {
		return
	}
	e := &event{line: lineOf(node), places: map[string]place{}, channel: doc.Channel, sources: doc.Sources}
	if i := catalog.Find([]byte(p.Provider), id); i >= 0 {
		e.base = catalog.At(i)
	}
	name := fmt.Sprintf("event %d of %s", id, p.Provider)
	d := decoder{places: e.places, fault: func(line int, key, value, format string, args ...any) {
		r.faults = append(r.faults, &Fault{r.path, line, name, key, value, fmt.Sprintf(format, args...)})
	}}
	merged := eventOf(e.base)
	d.decode(node, reflect.ValueOf(&merged).Elem(), "")
	e.complete(&merged, p.Provider, r.name)
	p.Events = append(p.Events, merged)
	p.written = append(p.written, e)
}

// id reads the id of an entry, without which nothing else can be looked at.
func (r *reader) id(p *provider, key string, node ast.Node) (id uint32, ok bool) {
	for _, pair := range pairsOf(node) {
		if scalar(pair.Key) != "id" {
			continue
		}
		text := scalar(pair.Value)
		n, err := strconv.ParseUint(text, 0, 16)
		if err != nil {
			r.fault(lineOf(pair.Value), key+".id", text, "must be an event id, a number from 0 to %d", maxID)
		}
		return uint32(n), err == nil
	}
	r.fault(lineOf(node), key, scalar(node), "has no id: write id: and the number of an event of %s", p.Provider)
	return 0, false
}
