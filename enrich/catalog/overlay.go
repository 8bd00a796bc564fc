package catalog

import (
	"cmp"
	"slices"
	"strings"
)

// Catalog is the built-in catalog with what a user's file changes of it and adds
// to it (package userfile reads one). nil is the built-in catalog alone. A
// Catalog does not change and may be used concurrently.
type Catalog struct {
	// own are the user's entries, complete: first those that replace a built-in
	// event, then those that are new, which have the places after the built-in ones.
	own []Entry
	// replaced is where in own stands what replaces the event at a built-in place.
	replaced map[int]int
	// added is the place of a new event, by its provider in lower case.
	added   map[string]map[uint32]int
	version string
}

// NewCatalog returns the built-in catalog with these entries instead of or
// beside its own. Each event may be there once. version names where they come
// from: it is appended to the built-in catalog's.
func NewCatalog(own []Entry, version string) *Catalog {
	c := &Catalog{
		own: slices.Clone(own), replaced: map[int]int{}, added: map[string]map[uint32]int{},
		version: Version() + "+" + version,
	}
	isNew := func(e *Entry) int { return min(0, Find([]byte(e.Provider), e.ID)) } // -1: new
	slices.SortStableFunc(c.own, func(a, b Entry) int { return cmp.Compare(isNew(&b), isNew(&a)) })
	for i := range c.own {
		c.place(i)
	}
	return c
}

// place notes where an entry of own belongs.
func (c *Catalog) place(i int) {
	e := &c.own[i]
	if at := Find([]byte(e.Provider), e.ID); at >= 0 {
		c.replaced[at] = i
		return
	}
	provider := lower(e.Provider)
	if c.added[provider] == nil {
		c.added[provider] = map[uint32]int{}
	}
	c.added[provider][e.ID] = Count() + i - len(c.replaced)
}

// Own counts the user's entries: those that change an event of the built-in
// catalog, and those of events that it does not have.
func (c *Catalog) Own() (changed, added int) {
	if c == nil {
		return 0, 0
	}
	return len(c.replaced), len(c.own) - len(c.replaced)
}

// Count is the number of events that the catalog can name. Their places for At are 0 to Count-1.
func (c *Catalog) Count() int {
	if c == nil {
		return Count()
	}
	return Count() + len(c.own) - len(c.replaced)
}

// Find returns the place of an event, for At and for tables kept beside the
// catalog, or -1. Provider names are compared without regard to case. It does
// not allocate.
func (c *Catalog) Find(provider []byte, id uint32) int {
	if c == nil || len(c.added) == 0 {
		return Find(provider, id)
	}
	p := providerIndex(provider)
	if i := findIn(p, id); i >= 0 {
		return i
	}
	// Before the search for a provider spelt in another case, which is slow.
	if i := c.findAdded(provider, id); i >= 0 || p >= 0 {
		return i
	}
	return findIn(providerFold(provider), id)
}

// longestProvider is the longest name of a provider that a user's entry may have, in bytes.
const longestProvider = 255

func (c *Catalog) findAdded(provider []byte, id uint32) int {
	if len(provider) > longestProvider {
		return -1
	}
	var folded [longestProvider]byte
	for i, b := range provider {
		folded[i] = lowerByte(b)
	}
	if at, ok := c.added[string(folded[:len(provider)])][id]; ok {
		return at
	}
	return -1
}

// lower is strings.ToLower for ASCII letters alone, as equalFold compares.
func lower(name string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x80 {
			return rune(lowerByte(byte(r)))
		}
		return r
	}, name)
}

func lowerByte(b byte) byte {
	if b-'A' <= 'Z'-'A' {
		b |= 0x20
	}
	return b
}

// At returns the entry of the event at a place that Find returned. See the function At.
func (c *Catalog) At(i int) *Entry {
	if e := c.ownAt(i); e != nil {
		return e
	}
	return At(i)
}

// ownAt returns the user's entry at a place, or nil.
func (c *Catalog) ownAt(i int) *Entry {
	if c == nil {
		return nil
	}
	if i >= Count() {
		return &c.own[len(c.replaced)+i-Count()]
	}
	if own, ok := c.replaced[i]; ok {
		return &c.own[own]
	}
	return nil
}

// Lookup returns the entry that describes an event, or nil. See the function Lookup.
func (c *Catalog) Lookup(provider []byte, id uint32) *Entry {
	i := c.Find(provider, id)
	if i < 0 {
		return nil
	}
	if e := c.At(i); e.Described() {
		return e
	}
	return nil
}

// Version names the state of the catalog. With a user's entries it is the
// built-in catalog's with a sign of theirs behind a plus.
func (c *Catalog) Version() string {
	if c == nil {
		return Version()
	}
	return c.version
}

// VersionAt is the version of the catalog that the event at a place is of: the
// built-in one's, if the user's entries do not change the event.
func (c *Catalog) VersionAt(i int) string {
	if c.ownAt(i) != nil {
		return c.version
	}
	return Version()
}

// Described returns all entries that describe an event, ordered by provider and
// id. It makes a new list.
func (c *Catalog) Described() []*Entry {
	return c.list(func(e *Entry) bool { return e.Described() })
}

// Named returns an entry for each event that nobody described, ordered by
// provider and id. It makes a new list.
func (c *Catalog) Named() []*Entry {
	return c.list(func(e *Entry) bool { return !e.Described() })
}

func (c *Catalog) list(wanted func(*Entry) bool) []*Entry {
	var all []*Entry
	for i := range c.Count() {
		if e := c.At(i); wanted(e) {
			all = append(all, e)
		}
	}
	slices.SortStableFunc(all, func(a, b *Entry) int {
		return cmp.Or(cmp.Compare(a.Provider, b.Provider), cmp.Compare(a.ID, b.ID))
	})
	return all
}

// Providers returns the names of all providers of the built-in catalog, in order.
func Providers() []string {
	var names []string
	for i := range providers {
		names = append(names, providers[i].name)
	}
	return names
}

// Providers returns the names of all providers that the catalog has events of, in order.
func (c *Catalog) Providers() []string {
	names := Providers()
	if c != nil {
		for i := range c.own {
			names = append(names, c.own[i].Provider)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
