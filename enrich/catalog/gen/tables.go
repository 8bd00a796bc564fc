package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"winevent/enrich/catalog/entryfile"
)

// tables holds the tab-separated sources. It is what entries are checked against.
type tables struct {
	errors     []errorRow
	values     []valueRow
	names      []nameRow
	known      map[event]bool
	knownIDs   map[uint32]bool
	parameters map[event][]entryfile.Parameters
	messages   map[event]string
	audit      map[uint32][]auditRow
	// subcategories holds "category/subcategory".
	subcategories map[string]bool
	errorCodes    map[uint32]bool
	valueMaps     map[string]bool
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

// nameRow is a value map's row whose key is a text.
type nameRow struct{ name, key, text string }

type auditRow struct {
	category, subcategory string
	failure               bool
}

// securityProvider is the provider whose events the audit policy writes.
const securityProvider = "Microsoft-Windows-Security-Auditing"

func (t *tables) readTables(dir string) error {
	*t = tables{
		known: map[event]bool{}, knownIDs: map[uint32]bool{}, parameters: map[event][]entryfile.Parameters{}, messages: map[event]string{},
		audit: map[uint32][]auditRow{}, subcategories: map[string]bool{}, errorCodes: map[uint32]bool{}, valueMaps: map[string]bool{},
	}
	for _, table := range []struct {
		name    string
		columns int
		add     func(row []string) error
	}{
		{"errors.tsv", 5, t.addError},
		{"values.tsv", 4, t.addValue},
		{"names.tsv", 4, t.addName},
		{"events.tsv", 5, t.addEvent},
		{"known-events.tsv", 2, t.addKnown},
		{"messages.tsv", 5, t.addMessage},
		{"audit-subcategories.tsv", 4, t.addSubcategory},
		{"audit-events.tsv", 6, t.addAudit},
	} {
		if err := eachRow(filepath.Join(dir, table.name), table.columns, table.add); err != nil {
			return err
		}
	}
	return nil
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

func (t *tables) addError(row []string) error {
	code, err := strconv.ParseUint(row[1], 0, 32)
	t.errors = append(t.errors, errorRow{kind: row[0], code: uint32(code), symbol: row[2], message: row[3]})
	t.errorCodes[uint32(code)] = true
	return err
}

func (t *tables) addValue(row []string) error {
	code, err := strconv.ParseUint(row[1], 0, 32)
	if err != nil {
		// Keyword masks need 64 bits and are not looked up by number.
		return nil
	}
	t.values = append(t.values, valueRow{name: row[0], code: uint32(code), text: row[2]})
	t.valueMaps[row[0]] = true
	return nil
}

func (t *tables) addName(row []string) error {
	t.names = append(t.names, nameRow{row[0], row[1], row[2]})
	return nil
}

func eventOf(provider, id string) (event, error) {
	n, err := strconv.ParseUint(strings.TrimSpace(id), 10, 16)
	return event{provider, uint32(n)}, err
}

func (t *tables) exists(key event) { t.known[key], t.knownIDs[key.id] = true, true }

func (t *tables) addEvent(row []string) error {
	key, err := eventOf(row[0], row[1])
	if err != nil {
		return err
	}
	t.exists(key)
	list := entryfile.Parameters{Names: []string{}}
	for _, text := range strings.Split(row[2], ",") {
		version, err := strconv.ParseUint(text, 10, 8)
		if err != nil {
			return err
		}
		list.Versions = append(list.Versions, uint8(version))
	}
	if row[3] != "" {
		list.Names = strings.Split(row[3], "|")
	}
	t.parameters[key] = append(t.parameters[key], list)
	return nil
}

func (t *tables) addKnown(row []string) error {
	for _, text := range strings.Split(row[1], ",") {
		key, err := eventOf(row[0], text)
		if err != nil {
			return err
		}
		t.exists(key)
	}
	return nil
}

// addMessage keeps the template of the event's highest version, which comes last.
func (t *tables) addMessage(row []string) error {
	key, err := eventOf(row[0], row[1])
	if err != nil {
		return err
	}
	t.exists(key)
	t.messages[key] = row[3]
	return nil
}

func (t *tables) addSubcategory(row []string) error {
	t.subcategories[row[0]+"/"+row[1]] = true
	return nil
}

func (t *tables) addAudit(row []string) error {
	id, err := strconv.ParseUint(row[0], 10, 16)
	if err != nil {
		return err
	}
	if !t.subcategories[row[1]+"/"+row[2]] {
		return fmt.Errorf("%s/%s is no audit subcategory", row[1], row[2])
	}
	t.audit[uint32(id)] = append(t.audit[uint32(id)], auditRow{row[1], row[2], strings.Contains(row[3], "F")})
	return nil
}

// The methods of entryfile.Facts.

func (t *tables) Exists(provider string, id uint32) bool {
	if provider == "" {
		return t.knownIDs[id]
	}
	return t.known[event{provider, id}]
}

func (t *tables) Parameters(provider string, id uint32) (lists [][]string) {
	for _, p := range t.parameters[event{provider, id}] {
		lists = append(lists, p.Names)
	}
	return lists
}

func (t *tables) AuditsFailure(provider string, id uint32) bool {
	return provider == securityProvider && slices.ContainsFunc(t.audit[id], func(r auditRow) bool { return r.failure })
}

func (t *tables) ValueMap(name string) bool { return t.valueMaps[name] }

func (t *tables) ErrorCode(code uint32) bool { return t.errorCodes[code] }
