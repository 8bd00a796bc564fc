package enrich

import (
	"strconv"
	"strings"

	"winevent/enrich/catalog"
	"winevent/enrich/jsontext"
)

// prepared is a catalog entry with everything that is the same in each of its
// documents as ready JSON.
type prepared struct {
	*catalog.Entry
	category, eventType     string
	title                   string
	severityReason          string // without quotes, to be continued
	symbolicName            string
	auditCategory, auditSub string
	remediation             preparedRemediation
	branches                []preparedRemediation
	branchReasons           []string
	lists                   []preparedList
	ecs                     []preparedField
	errorParameter          []byte
}

type preparedRemediation struct {
	summary, cause, steps, verify, codes, reference string
}

// preparedList is a list of parameter names, as texts and as JSON keys ("name":).
type preparedList struct {
	names [][]byte
	keys  []string
}

type preparedField struct {
	field     fieldID
	parameter []byte
}

// securityProvider is the provider of the audit events; %%n in its values are
// messages of msobjs.dll. Other providers use the same form for other messages.
const securityProvider = "Microsoft-Windows-Security-Auditing"

func prepare(e *catalog.Entry) *prepared {
	p := &prepared{
		Entry:          e,
		category:       quoteList(e.ECS.Category),
		eventType:      quoteList(e.ECS.Type),
		title:          quote(e.Title),
		severityReason: bare(e.SeverityReason),
		symbolicName:   quote(e.SymbolicName),
		remediation:    prepareRemediation(e.Remediation),
		errorParameter: []byte(e.ErrorParameter),
	}
	if e.AuditCategory != "" {
		p.auditCategory, p.auditSub = quote(e.AuditCategory), quote(e.AuditSubcategory)
	}
	for _, b := range e.ByError {
		p.branches = append(p.branches, prepareRemediation(b.Remediation))
		p.branchReasons = append(p.branchReasons, bare(b.SeverityReason))
	}
	for _, l := range e.Parameters {
		p.lists = append(p.lists, prepareList(l.Names))
	}
	for _, f := range e.ECS.Fields {
		// A test holds every field of the catalog against the table.
		if id, ok := fieldByPath(f.Field); ok {
			p.ecs = append(p.ecs, preparedField{id, []byte(f.Parameter)})
		}
	}
	return p
}

func prepareRemediation(r catalog.Remediation) preparedRemediation {
	codes := make([]string, len(r.VerifyEvents))
	for i, id := range r.VerifyEvents {
		codes[i] = strconv.Itoa(int(id))
	}
	p := preparedRemediation{
		summary: quote(r.Summary), cause: quote(r.Cause), steps: quoteList(r.Steps),
		verify: quote(r.Verify), reference: quote(r.Reference),
	}
	if len(codes) > 0 {
		p.codes = quoteList(codes)
	}
	return p
}

func prepareList(names []string) preparedList {
	var l preparedList
	for _, n := range names {
		l.names = append(l.names, []byte(n))
		l.keys = append(l.keys, quote(n)+":")
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

func quote(s string) string {
	b, _ := jsontext.AppendString(nil, []byte(s))
	return string(b)
}

func bare(s string) string {
	b, _ := jsontext.AppendBare(nil, []byte(s))
	return string(b)
}

func quoteList(list []string) string {
	quoted := make([]string, len(list))
	for i, s := range list {
		quoted[i] = quote(s)
	}
	return "[" + strings.Join(quoted, ",") + "]"
}
