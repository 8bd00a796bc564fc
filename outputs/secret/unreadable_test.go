package secret_test

import (
	"errors"
	"strings"
	"testing"

	"winevent/outputs/secret"
)

// TestReadAs names the option of a credential that cannot be read.
func TestReadAs(t *testing.T) {
	s, err := secret.Parse("file:/nowhere/password")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReadAs("kafka_sasl_password"); !errors.Is(err, secret.ErrUnreadable) || !strings.Contains(err.Error(), "kafka_sasl_password") {
		t.Errorf("%v", err)
	}
	s, _ = secret.Parse("value")
	if got, err := s.ReadAs("x"); got != "value" || err != nil {
		t.Errorf("%q %v", got, err)
	}
}
