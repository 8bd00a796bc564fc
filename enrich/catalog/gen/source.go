package main

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
)

// catalog is all that the sources say.
type catalog struct {
	version string
	files   []file
	errors  []errorRow
	values  []valueRow
	// known holds the event ids that exist, by provider.
	known map[string]map[uint32]bool
	// audit holds "category/subcategory".
	audit map[string]bool
}

// file is one YAML file. README.md beside the sources explains the keys.
type file struct {
	name     string
	Provider string            `yaml:"provider"`
	Channel  string            `yaml:"channel"`
	Sources  map[string]string `yaml:"sources"`
	Events   []eventSource     `yaml:"events"`
}

type eventSource struct {
	ID                 uint32            `yaml:"id"`
	SymbolicName       string            `yaml:"symbolic_name"`
	SymbolicNameOrigin string            `yaml:"symbolic_name_origin"`
	SymbolicNameSource string            `yaml:"symbolic_name_source"`
	Title              string            `yaml:"title"`
	Message            string            `yaml:"message"`
	Audit              *auditSource      `yaml:"audit"`
	Parameters         []parameterSource `yaml:"parameters"`
	ErrorParameter     string            `yaml:"error_parameter"`
	Severity           string            `yaml:"severity"`
	SeverityReason     string            `yaml:"severity_reason"`
	ECS                ecsSource         `yaml:"ecs"`
	Values             map[string]string `yaml:"values"`
	Remediation        remediationSource `yaml:"remediation"`
	Sources            []string          `yaml:"sources"`
}

type auditSource struct {
	Category    string `yaml:"category"`
	Subcategory string `yaml:"subcategory"`
}

type parameterSource struct {
	Versions []uint8  `yaml:"versions"`
	Names    []string `yaml:"names"`
}

type ecsSource struct {
	Category []string          `yaml:"category"`
	Type     []string          `yaml:"type"`
	Action   string            `yaml:"action"`
	Outcome  string            `yaml:"outcome"`
	Fields   map[string]string `yaml:"fields"`
}

type remediationSource struct {
	Summary      string         `yaml:"summary"`
	Cause        string         `yaml:"cause"`
	Steps        []string       `yaml:"steps"`
	Verify       string         `yaml:"verify"`
	VerifyEvents []uint32       `yaml:"verify_events"`
	Reference    string         `yaml:"reference"`
	ByError      []branchSource `yaml:"by_error"`
}

type branchSource struct {
	Name           string   `yaml:"name"`
	Codes          []uint32 `yaml:"codes"`
	Severity       string   `yaml:"severity"`
	SeverityReason string   `yaml:"severity_reason"`
	Summary        string   `yaml:"summary"`
	Cause          string   `yaml:"cause"`
	Steps          []string `yaml:"steps"`
	Verify         string   `yaml:"verify"`
	VerifyEvents   []uint32 `yaml:"verify_events"`
	Reference      string   `yaml:"reference"`
}

// inherit fills what the branch leaves out from the event's remediation.
func (b branchSource) inherit(from remediationSource) remediationSource {
	r := remediationSource{
		Summary:      cmp.Or(b.Summary, from.Summary),
		Cause:        cmp.Or(b.Cause, from.Cause),
		Verify:       cmp.Or(b.Verify, from.Verify),
		Reference:    cmp.Or(b.Reference, from.Reference),
		Steps:        b.Steps,
		VerifyEvents: b.VerifyEvents,
	}
	if len(r.Steps) == 0 {
		r.Steps = from.Steps
	}
	if len(r.VerifyEvents) == 0 {
		r.VerifyEvents = from.VerifyEvents
	}
	return r
}

type errorRow struct {
	kind            string
	code            uint32
	symbol, message string
}

type valueRow struct {
	name string
	code uint32
	text string
}

func readSources(dir string) (*catalog, error) {
	c := &catalog{known: map[string]map[uint32]bool{}, audit: map[string]bool{}}
	if err := c.readTables(dir); err != nil {
		return nil, err
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("no *.yaml in %s: %w", dir, err)
	}
	for _, name := range names {
		f := file{name: filepath.Base(name)}
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		if err := yaml.UnmarshalWithOptions(text, &f, yaml.Strict()); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		slices.SortFunc(f.Events, func(a, b eventSource) int { return cmp.Compare(a.ID, b.ID) })
		c.files = append(c.files, f)
	}
	c.version, err = fingerprint(dir)
	return c, err
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

func (c *catalog) readTables(dir string) error {
	if err := eachRow(filepath.Join(dir, "errors.tsv"), 5, c.addError); err != nil {
		return err
	}
	if err := eachRow(filepath.Join(dir, "values.tsv"), 4, c.addValue); err != nil {
		return err
	}
	if err := eachRow(filepath.Join(dir, "known-events.tsv"), 2, c.addKnown); err != nil {
		return err
	}
	return eachRow(filepath.Join(dir, "audit-subcategories.tsv"), 4, func(row []string) error {
		c.audit[row[0]+"/"+row[1]] = true
		return nil
	})
}

// eachRow hands every row of a table to add, without comments and the header.
func eachRow(name string, columns int, add func(row []string) error) error {
	text, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	header := true
	for n, line := range strings.Split(strings.TrimSuffix(string(text), "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		if header {
			header = false
			continue
		}
		row := strings.Split(line, "\t")
		if len(row) != columns {
			return fmt.Errorf("%s:%d: %d columns, want %d", name, n+1, len(row), columns)
		}
		if err := add(row); err != nil {
			return fmt.Errorf("%s:%d: %w", name, n+1, err)
		}
	}
	return nil
}

func (c *catalog) addError(row []string) error {
	code, err := strconv.ParseUint(row[1], 0, 32)
	c.errors = append(c.errors, errorRow{kind: row[0], code: uint32(code), symbol: row[2], message: row[3]})
	return err
}

func (c *catalog) addValue(row []string) error {
	code, err := strconv.ParseUint(row[1], 0, 32)
	if err != nil {
		// Keyword masks need 64 bits and are not looked up by number.
		return nil
	}
	c.values = append(c.values, valueRow{name: row[0], code: uint32(code), text: row[2]})
	return nil
}

func (c *catalog) addKnown(row []string) error {
	ids := map[uint32]bool{}
	for _, text := range strings.Split(row[1], ",") {
		id, err := strconv.ParseUint(strings.TrimSpace(text), 10, 32)
		if err != nil {
			return err
		}
		ids[uint32(id)] = true
	}
	c.known[row[0]] = ids
	return nil
}
