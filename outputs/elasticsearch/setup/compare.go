package setup

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
)

// compare finds out what has to be done with each object.
func (r *run) compare() error {
	for i := range r.objects {
		o := &r.objects[i]
		status, answer, err := r.do(http.MethodGet, o.kind.path+o.name, nil)
		switch {
		case err != nil:
			return err
		case status == http.StatusNotFound:
			o.outcome = Created
			continue
		case status != http.StatusOK:
			return failed("read the "+o.String(), status, answer)
		}
		if err := o.compare(answer, &r.report); err != nil {
			return fmt.Errorf("read the %s: %w", o, err)
		}
	}
	return nil
}

// compare looks at the answer that holds what is there.
func (o *object) compare(answer []byte, report *Report) error {
	var all any
	if err := json.Unmarshal(answer, &all); err != nil {
		return err
	}
	thing, ok := dig(all, o.kind.answer(o.name)...).(map[string]any)
	if !ok {
		return fmt.Errorf("the answer does not hold it: %.200s", answer)
	}
	if o.keep {
		o.outcome = Unchanged
		return nil
	}
	m, ours := o.kind.mark(thing)
	if !ours {
		report.add(Conflict, "rename or remove it, if nobody needs it", "the %s is not winevent's, and is left as it is", o)
		return nil
	}
	o.outcome = Updated
	// The digest tells that something is not wanted any more, the comparison that
	// somebody else changed what is there. What others added stays.
	if m.digest == digest(o.body) && holds(thing, o.body, o.kind.described) {
		o.outcome = Unchanged
	}
	if o.kind == &ismPolicy {
		// ISM wants to know which one is replaced.
		q := url.Values{"if_seq_no": {number(dig(all, "_seq_no"))}, "if_primary_term": {number(dig(all, "_primary_term"))}}
		o.query = "?" + q.Encode()
	}
	if o.outcome == Updated {
		o.was = m
	}
	return nil
}

func number(v any) string {
	n, _ := v.(float64)
	return fmt.Sprintf("%.0f", n)
}

// dig follows a path of names and places; nil when it leads nowhere.
func dig(v any, path ...any) any {
	for _, p := range path {
		switch p := p.(type) {
		case string:
			m, _ := v.(map[string]any)
			v = m[p]
		case int:
			list, _ := v.([]any)
			if p >= len(list) {
				return nil
			}
			v = list[p]
		}
	}
	return v
}

// holds tells whether what is there has all that is wanted. Servers add
// defaults, and give back numbers and booleans as text.
func holds(there, want any, described bool) bool {
	switch want := want.(type) {
	case map[string]any:
		m, ok := there.(map[string]any)
		if !ok {
			return false
		}
		for key, value := range want {
			if described && key == "description" {
				continue // it holds the mark
			}
			if !holds(m[key], value, false) {
				return false
			}
		}
		return true
	case []any:
		list, ok := there.([]any)
		if !ok || len(list) != len(want) {
			return false
		}
		for i := range want {
			if !holds(list[i], want[i], false) {
				return false
			}
		}
		return true
	}
	return fmt.Sprint(there) == fmt.Sprint(want)
}
