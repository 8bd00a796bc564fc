package enrich

import (
	"winevent/enrich/catalog"
	"winevent/enrich/event"
)

// verdict is a severity with its reason, which is a JSON string.
type verdict struct {
	severity catalog.Severity
	reason   string
}

// Windows' levels (winmeta.xml).
const (
	levelCritical = 1
	levelError    = 2
	levelWarning  = 3
)

// severityOf decides an event's severity. It is the only place that does.
//
//  1. The entry's case that the content fits.
//  2. The branch for the error code inside, if it sets one.
//  3. The catalog entry's.
//  4. For an event that the catalog does not describe: Windows' level, or that
//     it is a failed audit.
//
// Windows' own level can raise what the catalog says, never lower it: critical
// is at least high, error at least low.
func severityOf(p *prepared, fits, branch int, level event.Number, audit event.Audit) verdict {
	if p == nil || !p.described {
		return unknownSeverity(level, audit)
	}
	v := verdict{p.Severity, p.severityReason}
	switch {
	case fits >= 0:
		v = verdict{p.cases[fits].severity, p.caseReasons[fits]}
	case branch >= 0 && p.ByError[branch].Severity != catalog.NoSeverity:
		v = verdict{p.ByError[branch].Severity, p.branchReasons[branch]}
	}
	switch {
	case level.Set && level.Value == levelCritical && v.severity < catalog.High:
		return verdict{catalog.High, `"Windows logged it with level critical."`}
	case level.Set && level.Value == levelError && v.severity < catalog.Low:
		return verdict{catalog.Low, `"Windows logged it with level error."`}
	}
	return v
}

func unknownSeverity(level event.Number, audit event.Audit) verdict {
	switch {
	case level.Set && level.Value == levelCritical:
		return verdict{catalog.High, `"Windows logged it with level critical; the catalog does not describe this event."`}
	case level.Set && level.Value == levelError:
		return verdict{catalog.Medium, `"Windows logged it with level error; the catalog does not describe this event."`}
	case level.Set && level.Value == levelWarning:
		return verdict{catalog.Low, `"Windows logged it with level warning; the catalog does not describe this event."`}
	case audit == event.AuditFailure:
		return verdict{catalog.Low, `"Windows audited a failure; the catalog does not describe this event."`}
	case audit == event.AuditSuccess:
		return verdict{catalog.Informational, `"Windows audited a success; the catalog does not describe this event."`}
	}
	return verdict{catalog.Informational, `"Windows logged it without warning or error; the catalog does not describe this event."`}
}
