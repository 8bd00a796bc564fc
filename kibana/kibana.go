// Package kibana holds dashboards for Kibana: a data view, saved searches and
// dashboards of Lens panels, as saved objects to import (docs/kibana.md).
//
// People edit source/*.yaml; "go generate ./kibana" writes winevent.ndjson.
package kibana

import (
	_ "embed" // the saved objects
	"slices"
	"strconv"
	"strings"

	"github.com/tidwall/gjson"
)

//go:generate go run ./gen

// Objects are the saved objects, one JSON object a line, as Kibana imports them.
//
//go:embed winevent.ndjson
var Objects []byte

// For returns the saved objects with a data view for other data streams.
func For(patterns []string) []byte {
	title := gjson.GetBytes(Objects, "attributes.title") // of the first object, the data view
	return slices.Concat(Objects[:title.Index], []byte(strconv.Quote(strings.Join(patterns, ","))), Objects[title.Index+len(title.Raw):])
}
