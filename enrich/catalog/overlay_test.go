package catalog_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"winevent/enrich/catalog"
)

// own is a user's catalog with entries for built-in and new events, of built-in
// providers and of others.
func own(rnd *rand.Rand) []catalog.Entry {
	var all []catalog.Entry
	seen := map[string]bool{}
	add := func(provider string, id uint32) {
		if key := fmt.Sprint(strings.ToLower(provider), id); !seen[key] {
			seen[key] = true
			all = append(all, catalog.Entry{Provider: provider, ID: id, Title: "own", Severity: catalog.Severity(rnd.IntN(6))})
		}
	}
	for range 200 {
		e := catalog.At(rnd.IntN(catalog.Count()))
		switch rnd.IntN(4) {
		case 0:
			add(e.Provider, e.ID)
		case 1:
			add(strings.ToUpper(e.Provider), uint32(rnd.IntN(1<<16)))
		case 2:
			add("Contoso-Ünit", uint32(rnd.IntN(300)))
		case 3:
			add("Contoso-Backup", uint32(rnd.IntN(300)))
		}
	}
	return all
}

// slowFind is the obvious way to find an event: the user's entry, else the built-in one.
func slowFind(own []catalog.Entry, provider string, id uint32) *catalog.Entry {
	for i := range own {
		if strings.EqualFold(own[i].Provider, provider) && own[i].ID == id {
			return &own[i]
		}
	}
	if i := catalog.Find([]byte(provider), id); i >= 0 {
		return catalog.At(i)
	}
	return nil
}

func TestOverlayAgreesWithScan(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	entries := own(rnd)
	c := catalog.NewCatalog(entries, "abc")
	var providers []string
	for _, e := range entries {
		providers = append(providers, e.Provider)
	}
	providers = append(providers, "", "none", strings.Repeat("x", 300), catalog.At(0).Provider)
	places := map[int]string{}
	for n := range 200_000 {
		provider, id := providers[rnd.IntN(len(providers))], uint32(rnd.IntN(320))
		if n%2 == 0 {
			e := entries[rnd.IntN(len(entries))]
			provider, id = e.Provider, e.ID
		}
		if n%3 == 0 {
			provider = swapCase(provider)
		}
		want := slowFind(entries, provider, id)
		i := c.Find([]byte(provider), id)
		if (i < 0) != (want == nil) {
			t.Fatalf("%q %d: place %d, want %v", provider, id, i, want)
		}
		if i < 0 {
			continue
		}
		got := c.At(i)
		if got.Title != want.Title || got.ID != want.ID || !strings.EqualFold(got.Provider, want.Provider) || i >= c.Count() {
			t.Fatalf("%q %d: %+v, want %+v", provider, id, *got, *want)
		}
		key := fmt.Sprint(strings.ToLower(got.Provider), got.ID)
		if other, taken := places[i]; taken && other != key {
			t.Fatalf("%s and %s are both at %d", other, key, i)
		}
		places[i] = key
		if isOwn := got.Title == "own"; isOwn != strings.HasSuffix(c.VersionAt(i), "+abc") {
			t.Fatalf("%q %d: version %s", provider, id, c.VersionAt(i))
		}
	}
	changed, added := c.Own()
	if changed+added != len(entries) || changed == 0 || added == 0 || c.Count() != catalog.Count()+added {
		t.Errorf("%d changed, %d added of %d", changed, added, len(entries))
	}
	if n := len(c.Described()) + len(c.Named()); n != c.Count() {
		t.Errorf("%d events listed of %d", n, c.Count())
	}
}

// swapCase changes the case of ASCII letters, which is all that lookups disregard.
func swapCase(s string) string {
	return strings.Map(func(r rune) rune {
		if r|0x20 >= 'a' && r|0x20 <= 'z' {
			return r ^ 0x20
		}
		return r
	}, s)
}

func TestBuiltInAlone(t *testing.T) {
	var c *catalog.Catalog
	e := &catalog.Entries()[0]
	if c.Lookup([]byte(e.Provider), e.ID) != e || c.Count() != catalog.Count() || c.Version() != catalog.Version() ||
		len(c.Described()) != len(catalog.Entries()) || c.VersionAt(0) != catalog.Version() {
		t.Error("nil is not the built-in catalog")
	}
	if changed, added := c.Own(); changed+added != 0 {
		t.Error("nil has entries of its own")
	}
}

func TestOverlayDoesNotAllocate(t *testing.T) {
	c := catalog.NewCatalog([]catalog.Entry{{Provider: "Contoso-Backup", ID: 1}, {Provider: catalog.Entries()[0].Provider, ID: catalog.Entries()[0].ID}}, "abc")
	built, added, unknown := []byte(catalog.Entries()[0].Provider), []byte("CONTOSO-Backup"), []byte("None")
	if n := testing.AllocsPerRun(100, func() {
		_ = c.At(c.Find(built, catalog.Entries()[0].ID))
		_ = c.At(c.Find(added, 1))
		_ = c.Find(unknown, 1)
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkFind(b *testing.B) {
	provider := []byte("Microsoft-Windows-Security-Auditing")
	c := catalog.NewCatalog([]catalog.Entry{{Provider: "Contoso-Backup", ID: 1}, {Provider: string(provider), ID: 4625}}, "abc")
	for _, bench := range []struct {
		name     string
		c        *catalog.Catalog
		provider []byte
		id       uint32
	}{
		{"built-in alone", nil, provider, 5462},
		{"unknown, built-in alone", nil, []byte("Contoso-Backup"), 1},
		{"built-in", c, provider, 5462},
		{"changed", c, provider, 4625},
		{"added", c, []byte("Contoso-Backup"), 1},
		{"unknown", c, []byte("Fabrikam-Backup"), 1},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_ = bench.c.Find(bench.provider, bench.id)
			}
		})
	}
}
