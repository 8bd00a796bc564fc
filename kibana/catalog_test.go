package kibana_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"winevent/enrich/catalog"
	"winevent/kibana/internal/kql"
	"winevent/kibana/internal/lens"
)

// TestFiltersAreOfTheCatalog looks for actions, providers and codes that no event has.
func TestFiltersAreOfTheCatalog(t *testing.T) {
	known := map[string]bool{}
	for _, e := range catalog.Entries() {
		known["event.action "+e.ECS.Action] = true
		known["event.provider "+e.Provider] = true
		known[fmt.Sprintf("event.code %d", e.ID)] = true
	}
	seen := 0
	panels(t, read(t), func(t *testing.T, p *lens.Panel) {
		for _, field := range []string{"event.action", "event.provider", "event.code"} {
			for _, value := range values(t, p.Filter(), field) {
				if seen++; !known[field+" "+value] {
					t.Errorf("no event of the catalog has %s %s", field, value)
				}
			}
		}
	})
	if seen < 30 {
		t.Errorf("only %d values were looked up", seen)
	}
}

// TestNoEventIsForgotten wants every event of the two subjects that needs a look on its dashboard.
func TestNoEventIsForgotten(t *testing.T) {
	shown := map[string]bool{}
	panels(t, read(t), func(t *testing.T, p *lens.Panel) {
		for _, action := range values(t, p.Filter(), "event.action") {
			shown[action] = true
		}
		for _, field := range []string{"event.code", "event.provider", "winevent.audit.subcategory"} {
			for _, value := range values(t, p.Filter(), field) {
				shown[value] = true
			}
		}
		for label := range p.CaseFilters() {
			code, _, _ := strings.Cut(label, " ")
			shown[code] = true
		}
	})
	// These report that all is as it should be, or nothing that somebody did.
	fine := strings.Fields(`windows-firewall-group-policy-changed windows-firewall-active-profile-changed network-profile-changed-on-interface
		ipsec-policy-agent-service-stopped ipsec-policy-agent-applied-cached-active-directory-policy deleted-ipsec-security-association`)
	for _, e := range catalog.Entries() {
		if !strings.Contains(e.ECS.Action, "firewall") && !strings.Contains(e.ECS.Action, "ipsec") && !strings.Contains(e.Provider, "Firewall") {
			continue
		}
		// The panels of everything that needs a look choose by provider or audit subcategory.
		if e.Severity < catalog.Medium || slices.Contains(fine, e.ECS.Action) || shown[e.ECS.Action] || shown[fmt.Sprint(e.ID)] || shown[e.Provider] ||
			slices.ContainsFunc(e.Audit, func(a catalog.AuditPolicy) bool { return shown[a.Subcategory] }) {
			continue
		}
		t.Errorf("no panel is about event %d, %s (%s)", e.ID, e.ECS.Action, e.Severity)
	}
}

// values lists the values of a field in a filter.
func values(t *testing.T, filter, field string) []string {
	n, err := kql.Parse(filter)
	if err != nil {
		t.Fatal(err)
	}
	return valuesOf(n, field)
}

func valuesOf(n *kql.Node, field string) (all []string) {
	if n == nil {
		return nil
	}
	if n.Field == field && n.Value != "" {
		all = append(all, n.Value)
	}
	for _, part := range n.Parts {
		all = append(all, valuesOf(part, field)...)
	}
	return all
}

// TestRecovery holds the recovery panels against the catalog: the failures of
// each, and what confirms that they are over.
func TestRecovery(t *testing.T) {
	found := 0
	panels(t, read(t), func(t *testing.T, p *lens.Panel) {
		for label, filter := range p.CaseFilters() {
			code, title, _ := strings.Cut(label, " ")
			codes, providers := values(t, filter, "event.code"), values(t, filter, "event.provider")
			if len(providers) != 1 || codes[0] != code {
				t.Fatalf("%s: %s", label, filter)
			}
			var id uint32
			if _, err := fmt.Sscan(code, &id); err != nil {
				t.Fatal(err)
			}
			e := catalog.Lookup([]byte(providers[0]), id)
			if e == nil || e.Title != title || e.ECS.Outcome != "failure" {
				t.Fatalf("%s is no failure of the catalog", label)
			}
			for _, later := range e.Remediation.VerifyEvents {
				if found++; !slices.Contains(codes, fmt.Sprint(later)) {
					t.Errorf("%s: %s lacks %d", label, filter, later)
				}
				// The panel knows a confirmation by its outcome.
				if c := catalog.Lookup([]byte(e.Provider), later); c != nil && c.ECS.Outcome != "success" {
					t.Errorf("%s: %d has the outcome %s", label, later, c.ECS.Outcome)
				}
			}
			if len(codes) != len(e.Remediation.VerifyEvents)+1 {
				t.Errorf("%s: %s", label, filter)
			}
		}
	})
	if found < 20 {
		t.Errorf("only %d confirmations were compared", found)
	}
}

// TestIPsecPanelsAgree wants the same failures in the panel of causes and in that of recovery.
func TestIPsecPanelsAgree(t *testing.T) {
	var causes, recovery []string
	panels(t, read(t), func(t *testing.T, p *lens.Panel) {
		switch {
		case strings.HasSuffix(t.Name(), "/winevent-ipsec/causes"):
			causes = values(t, p.Filter(), "event.code")
		case strings.HasSuffix(t.Name(), "/winevent-ipsec/recovery"):
			for label := range p.CaseFilters() {
				code, _, _ := strings.Cut(label, " ")
				recovery = append(recovery, code)
			}
		}
	})
	slices.Sort(causes)
	slices.Sort(recovery)
	if len(causes) == 0 || !slices.Equal(causes, recovery) {
		t.Errorf("causes of %v, recovery of %v", causes, recovery)
	}
}
