package event_test

import (
	"testing"

	"winevent/enrich/event"
	"winevent/enrich/record"
)

// One huge record must not pin its memory for as long as the process runs.
func TestResetGivesBackTheMemoryOfHugeRecords(t *testing.T) {
	for name, count := range map[string]int{"usual": 100, "huge": 100_000} {
		ev := &event.Event{Record: new(record.Record)}
		for range count {
			ev.AddText(nil, nil)
			ev.AddExtra(nil, 0)
			ev.KeywordTexts = append(ev.KeywordTexts, nil)
		}
		ev.Reset()
		if len(ev.Params)+len(ev.Extras)+len(ev.KeywordTexts) != 0 || ev.Record != nil {
			t.Errorf("%s: Reset leaves something", name)
		}
		for what, kept := range map[string]int{"parameters": cap(ev.Params), "extras": cap(ev.Extras), "keywords": cap(ev.KeywordTexts)} {
			if (kept > 0) != (name == "usual") {
				t.Errorf("%s: room for %d %s is kept", name, kept, what)
			}
		}
	}
}

func TestAudit(t *testing.T) {
	mask := func(bits uint64) event.Event { return event.Event{Keywords: event.Number{Value: bits, Set: true}} }
	texts := func(words ...string) (ev event.Event) {
		for _, w := range words {
			ev.KeywordTexts = append(ev.KeywordTexts, []byte(w))
		}
		return ev
	}
	both := texts("Audit Success")
	both.Keywords = event.Number{Value: event.KeywordAuditFailure, Set: true}
	for name, c := range map[string]struct {
		ev   event.Event
		want event.Audit
	}{
		"nothing":            {event.Event{}, event.NoAudit},
		"success":            {mask(0x8020000000000000), event.AuditSuccess},
		"failure":            {mask(0x8010000000000000), event.AuditFailure},
		"both bits":          {mask(0x8030000000000000), event.AuditFailure},
		"other bits":         {mask(0x8000000000000000), event.NoAudit},
		"a text":             {texts("Classic", "Audit Failure"), event.AuditFailure},
		"another text":       {texts("audit"), event.NoAudit},
		"the mask decides":   {both, event.AuditFailure},
		"a mask says nought": {event.Event{Keywords: event.Number{Set: true}, KeywordTexts: texts("Audit Success").KeywordTexts}, event.AuditSuccess},
	} {
		if got := c.ev.Audit(); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}
