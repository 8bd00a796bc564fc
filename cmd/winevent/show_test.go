package main

import (
	"bytes"
	"strings"
	"testing"

	"winevent/internal/samples"
)

// TestShow lays out what enrich wrote, and leaves a line that is no document as it is.
func TestShow(t *testing.T) {
	var documents, page, errors bytes.Buffer
	if code := run([]string{"enrich", samples.Dir("golden", "5462.winevtlog.in"), samples.Dir("golden", "not_json.in")}, nil, &documents, &errors); code != 3 {
		t.Fatalf("exit %d: %s", code, errors.String())
	}
	documents.WriteString("no document\n")
	if code := run([]string{"show"}, &documents, &page, &errors); code != 0 {
		t.Fatalf("exit %d: %s", code, errors.String())
	}
	for _, want := range []string{"SE_AUDITID_ETW_POLICYAGENT_PASTORE_FAILED_SOME_NFA_APPLICATION", "ERROR_OUTOFMEMORY", "not enriched", "no document"} {
		if !strings.Contains(page.String(), want) {
			t.Errorf("%s is missing:\n%s", want, page.String())
		}
	}
	if strings.Contains(page.String(), "\x1b") {
		t.Error("colour where there is no terminal")
	}
}
