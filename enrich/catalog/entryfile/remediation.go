package entryfile

import (
	"fmt"
	"slices"
	"strings"
)

func (c *checker) remediations() {
	r := &c.e.Remediation
	if r.IsZero() {
		if why := c.needsRemediation(); why != "" && !c.own {
			c.fault("remediation", "is missing: %s", why)
		}
		return
	}
	c.remediation("remediation", *r)
	for _, b := range r.ByError {
		c.branch(b)
	}
}

// needsRemediation says why the event cannot do without, or "".
func (c *checker) needsRemediation() string {
	serious := func(name string) bool { return slices.Index(Severities, name) >= slices.Index(Severities, "medium") }
	switch {
	case serious(c.e.Severity):
		return "the severity is " + c.e.Severity
	case slices.ContainsFunc(c.e.SeverityWhen, func(w Case) bool { return serious(w.Severity) }):
		return "a case has severity medium or above"
	case c.e.ECS.Outcome == "failure":
		return "the event reports a failure"
	case c.e.ECS.Outcome == "" && c.facts.AuditsFailure(c.file.Provider, c.e.ID):
		return "the audit policy writes it for failures"
	}
	return ""
}

func (c *checker) remediation(key string, r Remediation) {
	c.optional(key+".summary", r.Summary, maxSummary)
	c.optional(key+".cause", r.Cause, maxCause)
	c.optional(key+".verify", r.Verify, maxVerify)
	if n := len(r.Steps); n == 0 && !c.own || n > maxSteps {
		c.fault(key+".steps", "has %d steps: write 1 to %d", n, maxSteps)
	}
	for i, step := range r.Steps {
		c.text(fmt.Sprintf("%s.steps[%d]", key, i), step, maxStep)
	}
	for i, id := range r.VerifyEvents {
		if !c.facts.Exists(c.file.Provider, id) {
			c.fault(fmt.Sprintf("%s.verify_events[%d]", key, i), "%s has no event %d: correct the id", c.file.Provider, id)
		}
	}
	switch {
	case strings.HasPrefix(r.Reference, "https://"):
	case !c.own:
		c.fault(key+".reference", "%q is no https address", r.Reference)
	case r.Reference != "" && !strings.HasPrefix(r.Reference, "http://"):
		c.fault(key+".reference", "%q is no address of a page: write https://…", r.Reference)
	}
}

func (c *checker) branch(b Branch) {
	key := "remediation.by_error[" + b.Name + "]"
	if b.Name == "" || len(b.Codes) == 0 {
		c.fault(key, "name and codes are needed: write both")
	}
	if len(c.e.ErrorParameter) == 0 {
		c.fault(key, "the event has no error_parameter: write which parameters carry the code")
	}
	if b.Severity != "" && !slices.Contains(Severities, b.Severity) || (b.Severity == "") != (b.SeverityReason == "") {
		c.fault(key, "severity and severity_reason go together, and severity is one of %s", strings.Join(Severities, ", "))
	}
	for _, code := range b.Codes {
		c.codeExists(key, code)
		for _, other := range c.e.Remediation.ByError {
			if other.Name != b.Name && slices.Contains(other.Codes, code) {
				c.fault(key+".codes", "code %d is in branch %q too: remove it from one", code, other.Name)
			}
		}
	}
	from := c.e.Remediation
	if c.own { // whose parts are all optional, and checked where they stand
		from = Remediation{}
	}
	c.remediation(key, b.Inherit(from))
}

// codeExists accepts codes of the tables. HRESULTs that wrap a Win32 code are
// decoded before branches are looked at, so a branch must name the Win32 code.
func (c *checker) codeExists(key string, code uint32) {
	if code&0xffff0000 == 0x80070000 {
		c.fault(key, "0x%08X wraps Win32 code %d: name that", code, code&0xffff)
		return
	}
	if !c.own && !c.facts.ErrorCode(code) {
		c.fault(key, "no error code %d (0x%08X)", code, code)
	}
}
