package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/goccy/go-yaml"

	"winevent/enrich/catalog/entryfile"
)

// catalog is all that the sources say.
type catalog struct {
	version string
	files   []file
	tables
	ecsFields []fieldBlock
}

// file is one YAML file of entries.
type file struct {
	name string
	entryfile.File
}

// fieldBlock is a block of ecs-fields.yaml: for these events of a provider, the
// ECS fields that take their value from a parameter.
type fieldBlock struct {
	Provider string     `yaml:"provider"`
	IDs      []uint32   `yaml:"ids"`
	Source   string     `yaml:"source"`
	Fields   []fieldRow `yaml:"fields"`
}

// fieldRow says where one field's value comes from and how it is made (README.md).
type fieldRow struct {
	From string `yaml:"from"`
	To   string `yaml:"to"`
	As   string `yaml:"as"`
}

// forms are the ways to make a field's value, and the constants of package catalog.
var forms = map[string]string{
	"": "AsText", "lower": "AsLower", "long": "AsLong", "ip": "AsIP", "path": "AsPath", "account": "AsAccount", "upn": "AsUPN",
	"hashes": "AsHashes", "direction": "AsDirection", "transport": "AsTransport", "registry": "AsRegistry", "object": "AsObject",
	"args": "AsArgs", "lines": "AsLines", "data": "AsRegistryData", "addresses": "AsAddresses", "logon_type": "AsLogonType", "cn": "AsCommonName",
	"message": "AsMessage",
}

// readSources reads everything in dir; only, unless empty, names the one file of entries to read.
func readSources(dir, only string) (*catalog, error) {
	c := &catalog{}
	if err := c.readTables(dir); err != nil {
		return nil, err
	}
	if err := readYAML(filepath.Join(dir, "ecs-fields.yaml"), &c.ecsFields); err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("no *.yaml in %s: %w", dir, err)
	}
	for _, name := range names {
		base := filepath.Base(name)
		if base == "ecs-fields.yaml" || only != "" && base != only {
			continue
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		f, err := entryfile.Parse(text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		c.files = append(c.files, file{base, f})
		for _, e := range f.Events {
			c.add(f.Provider, e)
		}
	}
	c.version, err = fingerprint(dir)
	return c, err
}

func readYAML(name string, into any) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	if err := yaml.UnmarshalWithOptions(text, into, yaml.Strict()); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// add notes what an entry says of an event that the tables do not have.
func (c *catalog) add(provider string, e entryfile.Event) {
	key := event{provider, e.ID}
	if len(e.Parameters) > 0 || e.Message != "" {
		c.exists(key)
	}
	if len(e.Parameters) > 0 {
		c.parameters[key] = e.Parameters
	}
	if e.Message != "" {
		c.messages[key] = e.Message
	}
}

// fingerprint makes the catalog's version: the date that people set in
// source/DATE and eight digits over the content of every source file.
func fingerprint(dir string) (string, error) {
	names, err := filepath.Glob(filepath.Join(dir, "*"))
	if err != nil {
		return "", err
	}
	h := sha256.New()
	var date string
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return "", err
		}
		if filepath.Base(name) == "DATE" {
			date = strings.TrimSpace(string(text))
		}
		fmt.Fprintf(h, "%s %d\n", filepath.Base(name), len(text))
		h.Write(text)
	}
	return date + "." + hex.EncodeToString(h.Sum(nil)[:4]), nil
}

// validate returns every fault of every file.
func (c *catalog) validate() error {
	var faults []error
	seen := map[event]string{}
	for i := range c.files {
		f := &c.files[i]
		for _, fault := range entryfile.Check(&f.File, &c.tables) {
			faults = append(faults, fmt.Errorf("%s: %w", f.name, fault))
		}
		for _, e := range f.Events {
			key := event{f.Provider, e.ID}
			if where, twice := seen[key]; twice && where != f.name {
				faults = append(faults, fmt.Errorf("%s: event %d: stands in %s already", f.name, e.ID, where))
			}
			seen[key] = f.name
		}
	}
	return errors.Join(append(faults, c.fieldFaults()...)...)
}

// fieldFaults checks ecs-fields.yaml: every event exists and has the parameter.
// The fields themselves are held against the table of fields by a test of package enrich.
func (c *catalog) fieldFaults() (faults []error) {
	for _, b := range c.ecsFields {
		if b.Source == "" {
			faults = append(faults, fmt.Errorf("ecs-fields.yaml: %s %v: source is missing", b.Provider, b.IDs))
		}
		for _, row := range b.Fields {
			if forms[row.As] == "" {
				faults = append(faults, fmt.Errorf("ecs-fields.yaml: %s %v: %s: there is no form %q", b.Provider, b.IDs, row.To, row.As))
			}
			for _, id := range b.IDs {
				lists := c.Parameters(b.Provider, id)
				if row.As != "lines" && !slices.ContainsFunc(lists, func(l []string) bool { return slices.Contains(l, row.From) }) {
					faults = append(faults, fmt.Errorf("ecs-fields.yaml: %s %d has no parameter %s (for %s)", b.Provider, id, row.From, row.To))
				}
			}
		}
	}
	return faults
}

// fieldsOf returns the rows for an event, in the order of the file.
func (c *catalog) fieldsOf(key event) (rows []fieldRow) {
	for _, b := range c.ecsFields {
		if b.Provider == key.provider && slices.Contains(b.IDs, key.id) {
			rows = append(rows, b.Fields...)
		}
	}
	return rows
}

// described returns the entries of all files with what their files say of them,
// ordered by provider and id.
func (c *catalog) described() []entry {
	var all []entry
	for i := range c.files {
		f := &c.files[i]
		for _, e := range f.Events {
			all = append(all, entry{event{f.Provider, e.ID}, f, e})
		}
	}
	slices.SortFunc(all, func(a, b entry) int { return a.key.compare(b.key) })
	return all
}

// entry is an entry with its file.
type entry struct {
	key  event
	file *file
	entryfile.Event
}

// sources returns the texts behind the entry's keys.
func (e entry) sources() []string {
	out := make([]string, len(e.Sources))
	for i, k := range e.Sources {
		out[i] = e.file.Sources[k]
	}
	return out
}

// event is a provider's event.
type event struct {
	provider string
	id       uint32
}

func (a event) compare(b event) int {
	return cmp.Or(cmp.Compare(a.provider, b.provider), cmp.Compare(a.id, b.id))
}
