package config

import (
	"errors"
	"strings"
	"testing"
)

// TestSecretsAreHidden uses an option of its own: which options are secret
// depends on the destinations there are.
func TestSecretsAreHidden(t *testing.T) {
	all := options
	defer func() { options = all }()
	options = []Option{{Key: "password", Secret: true, set: func(*Config, string) error { return errors.New("is wrong") }}}
	get := func(string) string { return "hunter2" }
	_, err := Read(get)
	if err == nil {
		t.Fatal("no fault")
	}
	for _, text := range []string{StartLine(get), strings.Split(err.Error(), "\n")[0]} {
		if strings.Contains(text, "hunter2") || !strings.Contains(text, "***") {
			t.Errorf("%s", text)
		}
	}
}
