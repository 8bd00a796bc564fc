package enrich

import (
	"testing"

	"winevent/enrich/catalog"
)

// BenchmarkPrepare is what the first record of an event costs, over all events
// that the catalog describes: time, and memory that stays.
func BenchmarkPrepare(b *testing.B) {
	entries := catalog.Entries()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		prepare(&entries[i%len(entries)])
	}
}
