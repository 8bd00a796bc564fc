// Command gen writes the saved objects of Kibana from their sources. It runs in
// the folder kibana.
package main

import (
	"fmt"
	"os"

	"winevent/kibana/internal/objects"
)

func main() {
	ndjson, err := objects.Generate("source")
	if err == nil {
		err = os.WriteFile("winevent.ndjson", ndjson, 0o644) //nolint:gosec // everybody may read it
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
