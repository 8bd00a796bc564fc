package objects

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"winevent/enrich/catalog"
)

// recoveryColumn groups by failures, each with what confirms that it is over, as
// the catalog knows it. Failure and confirmation are told apart by event.outcome.
func recoveryColumn(column object, g *group) error {
	var filters []any
	for _, id := range g.Recovery {
		e, err := entry(id)
		if err != nil {
			return err
		}
		if e.ECS.Outcome != "failure" || len(e.Remediation.VerifyEvents) == 0 {
			return fmt.Errorf("event %d is no failure that other events confirm to be over", id)
		}
		codes := []string{strconv.Quote(strconv.Itoa(int(id)))}
		for _, later := range e.Remediation.VerifyEvents {
			codes = append(codes, strconv.Quote(strconv.Itoa(int(later))))
		}
		filters = append(filters, object{
			"label": fmt.Sprintf("%d %s", id, e.Title),
			"input": query(fmt.Sprintf("event.provider: %q and event.code: (%s)", e.Provider, strings.Join(codes, " or "))),
		})
	}
	column["operationType"], column["dataType"], column["scale"] = "filters", "string", "ordinal"
	column["params"] = object{"filters": filters}
	return nil
}

// entry finds an event of the catalog, whatever its provider.
func entry(id uint32) (*catalog.Entry, error) {
	var found *catalog.Entry
	all := catalog.Entries()
	for i := range all {
		if all[i].ID != id {
			continue
		}
		if found != nil {
			return nil, fmt.Errorf("event %d is one of two providers: it cannot be told which is meant", id)
		}
		found = &all[i]
	}
	if found == nil {
		return nil, errors.New("the catalog has no event " + strconv.Itoa(int(id)))
	}
	return found, nil
}
