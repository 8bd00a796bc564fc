package setup

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/tidwall/gjson"
)

// ownPriority is above that of Elastic's packages (200) and of its catch-all for
// logs-*-* (100).
const ownPriority = 250

// other is an index template of the cluster.
type other struct {
	name     string
	patterns []string
	priority int
	ours     bool
}

// templates reads all index templates.
func (r *run) templates() ([]other, error) {
	status, answer, err := r.do(http.MethodGet, "/_index_template?filter_path=index_templates.name,index_templates.index_template.index_patterns,"+
		"index_templates.index_template.priority,index_templates.index_template._meta", nil)
	if err != nil {
		return nil, err
	}
	if status != http.StatusOK {
		return nil, failed("read the index templates", status, answer)
	}
	var all []other
	for _, t := range gjson.GetBytes(answer, "index_templates").Array() {
		o := other{
			name:     t.Get("name").String(),
			priority: int(t.Get("index_template.priority").Int()),
			ours:     t.Get("index_template._meta.managed_by").String() == name,
		}
		for _, p := range t.Get("index_template.index_patterns").Array() {
			o.patterns = append(o.patterns, p.String())
		}
		all = append(all, o)
	}
	return all, nil
}

// own returns our template as it is now; nothing when there is none.
func own(all []other) other {
	i := slices.IndexFunc(all, func(t other) bool { return t.name == name && t.ours })
	if i < 0 {
		return other{}
	}
	return all[i]
}

// conflicts reports templates of others that want the same data streams, and
// returns the priority that our template needs.
//
// Of the templates that fit a data stream the one of the highest priority counts,
// alone. So one for more than ours (logs-*-*) does no harm below ours, and any
// other harms either us, when it is above, or those whose it is. What an earlier
// run has settled is no news.
func (r *run) conflicts(all []other) int {
	now := own(all)
	priority := max(ownPriority, now.priority)
	base := priority
	for _, t := range all {
		if t.name == name {
			continue // it is replaced, or found not to be ours
		}
		where := r.meeting(&t)
		below := t.priority < base
		if below {
			where = slices.DeleteFunc(where, func(p string) bool { return t.wider(p) || now.covers(p) })
		}
		if len(where) == 0 {
			continue
		}
		what := fmt.Sprintf("the index template %s (priority %d) is for %s too", t.name, t.priority, strings.Join(where, ", "))
		if !r.options.Force {
			r.report.add(Conflict, t.fix(where, below), "%s", what)
			continue
		}
		priority = max(priority, t.priority+1)
		r.report.add(Warning, "", "%s: it does not count for them any more", what)
	}
	return priority
}

// fix says what to do about a template that is in the way.
func (t *other) fix(where []string, below bool) string {
	if !below && !slices.ContainsFunc(where, func(p string) bool { return !t.wider(p) }) {
		return "with --force winevent's template gets a higher priority than this one"
	}
	return "have the documents go elsewhere: set the option namespace (or dataset), and name it here with --namespace (or --dataset); " +
		"or let winevent's template win with --force: others who send there lose theirs"
}

// covers tells whether a template is for all data streams of a pattern.
func (t *other) covers(pattern string) bool {
	return slices.ContainsFunc(t.patterns, func(mine string) bool { return covers(mine, pattern) })
}

// meeting returns those of our patterns that have names in common with a template's.
func (r *run) meeting(t *other) (where []string) {
	for _, p := range r.options.Patterns {
		if slices.ContainsFunc(t.patterns, func(theirs string) bool { return meets(theirs, p) }) {
			where = append(where, p)
		}
	}
	return where
}

// wider tells whether a template is for all that ours is for, and for more.
func (t *other) wider(ours string) bool {
	return slices.ContainsFunc(t.patterns, func(theirs string) bool {
		return covers(theirs, ours) && !covers(ours, theirs)
	}) && !slices.ContainsFunc(t.patterns, func(theirs string) bool { return covers(ours, theirs) })
}

// join adds the patterns of an earlier run to those that were asked for: its
// data streams may still be in use, and each namespace may have a run of its own.
func (r *run) join(all []other) {
	var kept []string
	for _, p := range own(all).patterns {
		if !slices.ContainsFunc(r.options.Patterns, func(asked string) bool { return covers(asked, p) }) {
			kept = append(kept, p)
		}
	}
	if len(kept) == 0 {
		return
	}
	r.report.add(Note, "", "the index template %s stays for the data streams of an earlier run too: %s", name, strings.Join(kept, ", "))
	for _, p := range r.options.Patterns {
		if !slices.ContainsFunc(kept, func(wide string) bool { return covers(wide, p) }) {
			kept = append(kept, p)
		}
	}
	slices.Sort(kept)
	r.options.Patterns = kept
}
