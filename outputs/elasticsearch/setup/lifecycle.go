package setup

import (
	"fmt"
	"regexp"
	"strconv"
	"time"
)

// When the data stream goes on with a new index.
const (
	rolloverSize = "50gb" // of a primary shard
	rolloverAge  = "30d"
)

// lifecycle returns the policy that rolls data streams over, and deletes indices
// when a retention is given. ILM is what all Elasticsearch 8 and 9 have under
// every licence; and it is what people know how to add phases to.
func lifecycle(o *Options, f *features, priority int) object {
	l := object{kind: lifecycleKind(f.openSearch), name: name}
	if f.openSearch {
		l.body = ismBody(o, priority)
	} else {
		l.body = ilmBody(o)
	}
	return l
}

func ilmBody(o *Options) map[string]any {
	phases := map[string]any{"hot": map[string]any{
		"min_age": "0ms",
		"actions": map[string]any{"rollover": map[string]any{"max_age": age(o.Retention), "max_primary_shard_size": rolloverSize}},
	}}
	if o.Retention != "" {
		phases["delete"] = map[string]any{
			"min_age": o.Retention,
			"actions": map[string]any{"delete": map[string]any{"delete_searchable_snapshot": true}},
		}
	}
	return map[string]any{"phases": phases}
}

func ismBody(o *Options, priority int) map[string]any {
	hot := map[string]any{
		"name": "hot",
		"actions": []any{map[string]any{"rollover": map[string]any{
			"min_index_age": age(o.Retention), "min_primary_shard_size": rolloverSize,
		}}},
		"transitions": []any{},
	}
	states := []any{hot}
	if o.Retention != "" {
		hot["transitions"] = []any{map[string]any{"state_name": "delete", "conditions": map[string]any{"min_rollover_age": o.Retention}}}
		states = append(states, map[string]any{"name": "delete", "actions": []any{map[string]any{"delete": map[string]any{}}}, "transitions": []any{}})
	}
	return map[string]any{
		"description":   "Rolls data streams with Windows events over.",
		"default_state": "hot",
		"states":        states,
		"ism_template":  []any{map[string]any{"index_patterns": anys(o.Patterns), "priority": priority}},
	}
}

const day = 24 * time.Hour

// age is how old an index gets before the next one begins. Indices are deleted
// as a whole, a retention after their last event came: the shorter the retention,
// the shorter an index should be.
func age(retention string) string {
	d, err := ParseRetention(retention)
	switch {
	case err != nil || d >= 90*day:
		return rolloverAge
	case d > 14*day:
		return "7d"
	}
	return "1d"
}

var retention = regexp.MustCompile(`^([1-9][0-9]{0,5})([hd])$`)

// ParseRetention reads a number of days or hours, such as 90d.
func ParseRetention(text string) (time.Duration, error) {
	m := retention.FindStringSubmatch(text)
	if m == nil {
		return 0, fmt.Errorf("%q: must be a number of days or hours, such as 90d", text)
	}
	n, err := strconv.Atoi(m[1])
	unit := time.Hour
	if m[2] == "d" {
		unit = day
	}
	return time.Duration(n) * unit, err
}
