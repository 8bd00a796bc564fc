package objects

import (
	"fmt"
	"slices"
	"strings"

	"winevent/enrich"
)

// fieldType returns the type of a field that documents can have.
func fieldType(path string) (enrich.Type, error) {
	if path == "event.ingested" { // the server sets it: winevent setup
		return enrich.Date, nil
	}
	for _, f := range enrich.Fields() {
		switch {
		case f.Path == path:
			return f.Type, nil
		case f.Type == enrich.Object && strings.HasPrefix(path, f.Path+"."):
			return enrich.Keyword, nil
		}
	}
	return "", fmt.Errorf("documents have no field %s", path)
}

// dataTypes are what Lens calls the types that can be aggregated.
var dataTypes = map[enrich.Type]string{enrich.Keyword: "string", enrich.Long: "number", enrich.IP: "ip", enrich.Date: "date"}

// dataType returns what Lens calls the type of a field, which must be one of those wanted.
func dataType(path string, wanted ...string) (string, error) {
	t, err := fieldType(path)
	if err != nil {
		return "", err
	}
	name := dataTypes[t]
	if name == "" || len(wanted) > 0 && !slices.Contains(wanted, name) {
		return "", fmt.Errorf("%s is %s: it cannot be used like this", path, t)
	}
	return name, nil
}

func isList(path string) bool {
	return slices.ContainsFunc(enrich.Fields(), func(f enrich.Field) bool { return f.Path == path && f.Array })
}
