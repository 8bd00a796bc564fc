package main

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"winevent/enrich/catalog"
	"winevent/enrich/catalog/userfile"
)

// suggestions is how many near matches an error names.
const suggestions = 3

// openCatalog returns the catalog with the entries of the user's file; without
// a file the built-in one.
func openCatalog(path string) (*catalog.Catalog, error) {
	if path == "" {
		return nil, nil
	}
	c, err := userfile.Read(path)
	if err != nil {
		return nil, usageErrorf("--catalog-file %s:\n%w", path, err)
	}
	return c, nil
}

// catalogFlag gives a command the flag --catalog-file.
func catalogFlag(c *cobra.Command, path *string) {
	c.Flags().StringVar(path, "catalog-file", "", "a YAML file with your own entries for the catalog (docs/catalog-file.md)")
}

// entriesOf returns the entries that describe an event and those that only name
// one, of one provider when one is given.
func entriesOf(known *catalog.Catalog, provider string) (described, named []*catalog.Entry, err error) {
	of := func(e *catalog.Entry) bool { return provider == "" || sameProvider(e.Provider, provider) }
	described, named = only(known.Described(), of), only(known.Named(), of)
	if len(described)+len(named) == 0 {
		return nil, nil, fmt.Errorf("no provider %q in the catalog; nearest: %s", provider, nearestNames(known.Providers(), provider))
	}
	return described, named, nil
}

// sameProvider compares names without regard to case; Microsoft- and Windows-
// in front, which people leave out, may be missing.
func sameProvider(name, asked string) bool {
	name, asked = strings.ToLower(name), strings.ToLower(asked)
	rest := strings.TrimPrefix(name, "microsoft-")
	return asked == name || asked == rest || asked == strings.TrimPrefix(rest, "windows-")
}

// find returns the entries that query means: an event id, which several
// providers may use, or a symbolic name. Entries that only name an event count
// where none describes it. The error names what comes near.
func find(known *catalog.Catalog, query, provider string) ([]*catalog.Entry, error) {
	described, named, err := entriesOf(known, provider)
	if err != nil {
		return nil, err
	}
	pool := described
	if len(pool) == 0 {
		pool = named
	}
	where := "in the catalog"
	if provider != "" {
		where = "of " + pool[0].Provider + " in the catalog"
	}
	if id, isID := eventID(query); isID {
		wanted := func(e *catalog.Entry) bool { return uint64(e.ID) == id }
		found := only(described, wanted)
		if found == nil {
			found = only(named, wanted)
		}
		if found == nil {
			return nil, fmt.Errorf("no event %s %s; nearest: %s", query, where, nearestIDs(pool, id))
		}
		return found, nil
	}
	found := only(described, func(e *catalog.Entry) bool { return strings.EqualFold(e.SymbolicName, query) })
	if found == nil {
		var names []string
		for _, e := range described {
			names = append(names, e.SymbolicName)
		}
		return nil, fmt.Errorf("no event %q %s; nearest: %s", query, where, nearestNames(names, query))
	}
	return found, nil
}

// eventID reads query as an event id; a number too large for one is the largest there is.
func eventID(query string) (id uint64, isID bool) {
	if query == "" || strings.Trim(query, "0123456789") != "" {
		return 0, false
	}
	id, _ = strconv.ParseUint(query, 10, 64)
	return id, true
}

func only(pool []*catalog.Entry, keep func(*catalog.Entry) bool) []*catalog.Entry {
	var found []*catalog.Entry
	for _, e := range pool {
		if keep(e) {
			found = append(found, e)
		}
	}
	return found
}

// nearestIDs lists the ids of pool that are numerically nearest.
func nearestIDs(pool []*catalog.Entry, id uint64) string {
	var ids []uint64
	for _, e := range pool {
		ids = append(ids, uint64(e.ID))
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	distance := func(a uint64) uint64 { return max(a, id) - min(a, id) }
	slices.SortStableFunc(ids, func(a, b uint64) int { return cmp.Compare(distance(a), distance(b)) })
	var texts []string
	for _, id := range ids[:min(len(ids), suggestions)] {
		texts = append(texts, strconv.FormatUint(id, 10))
	}
	return strings.Join(texts, ", ")
}

// nearestNames lists the names that contain query, then those with the fewest
// letters to change.
func nearestNames(names []string, query string) string {
	query = strings.ToLower(query)
	names = slices.Compact(slices.Sorted(slices.Values(names)))
	slices.SortStableFunc(names, func(a, b string) int { return cmp.Compare(difference(a, query), difference(b, query)) })
	return strings.Join(names[:min(len(names), suggestions)], ", ")
}

// difference ranks name: lower is nearer to query, which is in lower case.
func difference(name, query string) int {
	name = strings.ToLower(name)
	if strings.Contains(name, query) {
		return len(name) - len(query) - 1<<16 // before everything that does not contain it
	}
	return editDistance(name, query)
}

// editDistance counts the bytes to insert, delete or replace to get from a to b.
func editDistance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			change := diagonal
			if a[i] != b[j] {
				change++
			}
			diagonal = row[j+1]
			row[j+1] = min(change, row[j]+1, diagonal+1)
		}
	}
	return row[len(b)]
}
