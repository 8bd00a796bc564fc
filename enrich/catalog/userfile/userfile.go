// Package userfile reads what users write of events (option catalog_file) and
// makes a catalog of it and the built-in one.
//
// The file has the form of the catalog's sources (package entryfile): YAML, one
// document for each provider. An entry for an event of the built-in catalog
// changes what it writes and keeps the rest; docs/catalog-file.md says how.
// Everything wrong with a file is reported at once, each fault with its line.
package userfile

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"winevent/enrich/catalog"
	"winevent/enrich/catalog/entryfile"
)

// Read reads a file. The error joins all faults, each a *Fault, or says why the
// file cannot be read.
func Read(path string) (*catalog.Catalog, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = f.Close() }() // it was only read
	text, err := io.ReadAll(io.LimitReader(f, maxSize+1))
	if err != nil {
		return nil, err
	}
	return Parse(path, text)
}

// Parse is Read for the text of a file. path is how faults call it, its last
// element how sources and default reasons do.
func Parse(path string, text []byte) (c *catalog.Catalog, err error) {
	if why := tooLarge(text); why != "" {
		return nil, &Fault{File: path, Text: why}
	}
	defer func() {
		// A parser that trips over its input must not end the host process.
		if p := recover(); p != nil {
			c, err = nil, &Fault{File: path, Text: fmt.Sprintf("is no YAML that can be read: %v", p)}
		}
	}()
	r := reader{path: path, name: filepath.Base(path)}
	r.documents(bytes.TrimPrefix(text, []byte("\ufeff")))
	if len(r.providers) == 0 && len(r.faults) == 0 {
		r.fault(0, "", "", "has no events: write provider and events")
	}
	var entries []catalog.Entry
	facts := newFacts(r.providers)
	for _, p := range r.providers {
		r.check(p, facts)
		entries = append(entries, p.entries(r.name)...)
	}
	if len(r.faults) > 0 {
		return nil, r.sorted()
	}
	sum := sha256.Sum256(text)
	return catalog.NewCatalog(entries, hex.EncodeToString(sum[:4])), nil
}

// reader collects what a file says, and what is wrong with it.
type reader struct {
	path      string
	name      string // its last element
	providers []*provider
	faults    []*Fault
}

// provider is all that a file says of one provider's events.
type provider struct {
	entryfile.File
	builtIn bool
	// written has what stands where, for each of the events.
	written []*event
}

// event is an entry of the file.
type event struct {
	// base is the built-in catalog's entry, or nil.
	base *catalog.Entry
	line int
	// places is where each key stands: remediation.steps[2].
	places  map[string]place
	channel string
	// sources are the document's.
	sources map[string]string
}

// place is where something stands in the file, and its text, if it is one.
type place struct {
	line  int
	value string
}

// wrote tells whether the entry has a key.
func (e *event) wrote(key string) bool {
	_, ok := e.places[key]
	return ok
}

// check holds the entries of a provider, complete, against the rules.
func (r *reader) check(p *provider, facts *facts) {
	for _, f := range entryfile.CheckOwn(&p.File, facts) {
		e := p.written[f.Event]
		at := e.find(branchByNumber(f.Key, p.Events[f.Event].Remediation.ByError))
		if at.line == 0 {
			at.line = e.line
		}
		r.faults = append(r.faults, &Fault{
			File: r.path, Line: at.line, Event: fmt.Sprintf("event %d of %s", f.ID, p.Provider), Key: f.Key, Value: at.value, Text: f.Text,
		})
	}
	for i := range p.Events {
		r.checkFields(p, i, facts)
	}
}

// checkFields checks that the rows of ecs.fields fill fields with what they can take.
func (r *reader) checkFields(p *provider, i int, facts *facts) {
	for n, row := range p.Events[i].ECS.Fields {
		if why := facts.fieldFault(row); why != "" && row.To != "" {
			key := fmt.Sprintf("ecs.fields[%d]", n)
			r.faults = append(r.faults, &Fault{
				File: r.path, Line: p.written[i].find(key).line, Event: fmt.Sprintf("event %d of %s", p.Events[i].ID, p.Provider),
				Key: key, Value: row.To, Text: why,
			})
		}
	}
}

func (r *reader) fault(line int, key, value, format string, args ...any) {
	r.faults = append(r.faults, &Fault{File: r.path, Line: line, Key: key, Value: value, Text: fmt.Sprintf(format, args...)})
}

// sorted joins the faults in the order of their lines.
func (r *reader) sorted() error {
	sortFaults(r.faults)
	all := make([]error, len(r.faults))
	for i, f := range r.faults {
		all[i] = f
	}
	return errors.Join(all...)
}
