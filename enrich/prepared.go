package enrich

import (
	"bytes"
	"strconv"
	"strings"

	"winevent/enrich/catalog"
	"winevent/enrich/jsontext"
)

// prepared is a catalog entry with everything that is the same in each of its
// documents as ready JSON, and with every parameter that it names as a number.
type prepared struct {
	*catalog.Entry
	version             string // of the catalog that the entry is of
	messages            string // the map of the provider's messages, or ""
	described           bool
	category, eventType string
	title               string
	severityReason      string
	symbolicName        string
	attack              string
	audit               []preparedAudit
	remediation         preparedRemediation
	branches            []preparedRemediation
	branchReasons       []string
	caseReasons         []string
	lists               []preparedList
	// params are the names of the parameters that the entry refers to; errorParams,
	// the cases' and ecs' are places in it.
	params      [][]byte
	errorParams []int
	cases       []preparedCase
	ecs         []preparedField
	variants    variants
}

type preparedAudit struct{ category, subcategory, name string }

type preparedRemediation struct {
	summary, cause, steps, verify, codes, reference string
}

// preparedList is a list of parameter names, as texts and as JSON keys ("name":).
type preparedList struct {
	names [][]byte
	keys  []string
	// maps are the value maps of the parameters, "" for none; coded are the
	// parameters that have one.
	maps  []string
	coded []int
	// at is where each of the entry's params stands in the list, or -1.
	at []int
}

type preparedCase struct {
	conditions []preparedCondition
	severity   catalog.Severity
}

type preparedCondition struct {
	param int
	*catalog.Condition
	values [][]byte
}

// preparedField is a field that takes its value from a parameter, and those beside it.
type preparedField struct {
	param  int
	form   catalog.Form
	fields fieldGroup
}

// securityProvider is the provider of the audit events.
const securityProvider = "Microsoft-Windows-Security-Auditing"

func prepare(e *catalog.Entry) *prepared {
	p := &prepared{
		Entry:          e,
		messages:       messageMap([]byte(e.Provider)),
		described:      e.Described(),
		category:       quoteList(e.ECS.Category),
		eventType:      quoteList(e.ECS.Type),
		title:          quote(e.Title),
		severityReason: reason(e.SeverityReason),
		symbolicName:   quote(e.SymbolicName),
		attack:         quoteList(e.Attack),
		remediation:    prepareRemediation(e.Remediation),
	}
	for _, a := range e.Audit {
		p.audit = append(p.audit, preparedAudit{quote(a.Category), quote(a.Subcategory), a.Subcategory})
	}
	for _, b := range e.ByError {
		p.branches = append(p.branches, prepareRemediation(b.Remediation))
		p.branchReasons = append(p.branchReasons, reason(b.SeverityReason))
	}
	for _, name := range e.ErrorParameters {
		p.errorParams = append(p.errorParams, p.param(name))
	}
	for i := range e.Cases {
		p.addCase(&e.Cases[i])
	}
	for _, f := range e.ECS.Fields {
		// A test holds every field of the catalog against the table.
		if group, ok := fieldsOf(f); ok {
			p.ecs = append(p.ecs, preparedField{p.param(f.Parameter), f.Form, group})
		}
	}
	for _, l := range e.Parameters {
		p.lists = append(p.lists, p.prepareList(l.Names))
	}
	return p
}

// param returns the number of a parameter that the entry names.
func (p *prepared) param(name string) int {
	for i, known := range p.params {
		if string(known) == name {
			return i
		}
	}
	p.params = append(p.params, []byte(name))
	return len(p.params) - 1
}

func (p *prepared) addCase(c *catalog.Case) {
	prepared := preparedCase{severity: c.Severity}
	for i := range c.If {
		condition := preparedCondition{param: p.param(c.If[i].Parameter), Condition: &c.If[i]}
		for _, v := range c.If[i].Values {
			condition.values = append(condition.values, []byte(v))
		}
		prepared.conditions = append(prepared.conditions, condition)
	}
	p.cases = append(p.cases, prepared)
	p.caseReasons = append(p.caseReasons, reason(c.Reason))
}

func prepareRemediation(r catalog.Remediation) preparedRemediation {
	codes := make([]string, len(r.VerifyEvents))
	for i, id := range r.VerifyEvents {
		codes[i] = strconv.Itoa(int(id))
	}
	return preparedRemediation{
		summary: quote(r.Summary), cause: quote(r.Cause), steps: quoteList(r.Steps),
		verify: quote(r.Verify), codes: quoteList(codes), reference: quote(r.Reference),
	}
}

func (p *prepared) prepareList(names []string) preparedList {
	var l preparedList
	for i, n := range names {
		l.names = append(l.names, []byte(n))
		l.keys = append(l.keys, quote(n)+":")
		l.maps = append(l.maps, p.ValueMap([]byte(n)))
		if l.maps[i] != "" {
			l.coded = append(l.coded, i)
		}
	}
	for _, param := range p.params {
		at := -1
		for i, name := range l.names {
			if bytes.Equal(name, param) {
				at = i
			}
		}
		l.at = append(l.at, at)
	}
	return l
}

// list returns the names for count parameters of a version of the event; see catalog.Entry.Names.
func (p *prepared) list(version uint64, versionKnown bool, count int) *preparedList {
	if i := p.FindParameters(version, versionKnown, count); i >= 0 {
		return &p.lists[i]
	}
	return nil
}

// quote returns a text as JSON; nothing for an empty one.
func quote(s string) string {
	if s == "" {
		return ""
	}
	return reason(s)
}

// reason returns a text as JSON, also an empty one.
func reason(s string) string {
	b, _ := jsontext.AppendString(nil, []byte(s))
	return string(b)
}

// quoteList returns a list of texts as JSON; nothing for an empty one.
func quoteList(list []string) string {
	if len(list) == 0 {
		return ""
	}
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = quote(s)
	}
	return "[" + strings.Join(quoted, ",") + "]"
}
