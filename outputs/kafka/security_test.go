package kafka

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"winevent/internal/kafkatest"
	"winevent/outputs/secret"
	"winevent/outputs/tlsfiles"
)

func credential(t *testing.T, text string) secret.Secret {
	t.Helper()
	s, err := secret.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// TestSecurity reaches a real broker through every kind of listener, and says
// what to do where it cannot.
func TestSecurity(t *testing.T) {
	c := kafkatest.Start(t, kafkatest.Options{TLS: true, SASL: true, Authorizer: true})
	c.CreateTopic(t, "secure", 1, 1, nil)
	c.GrantProduce(t, kafkatest.PlainUser, "secure")
	c.GrantProduce(t, kafkatest.ScramUser, "secure")
	c.GrantProduce(t, "CN=client", "secure")
	own := tlsfiles.Config{CAFile: c.CAFile}
	withClient := tlsfiles.Config{CAFile: c.CAFile, CertFile: c.ClientCertFile, KeyFile: c.ClientKeyFile}
	login := func(mechanism, user, password string) func(*Config) {
		return func(k *Config) {
			k.SASLMechanism, k.SASLUsername, k.SASLPassword = mechanism, credential(t, user), credential(t, password)
		}
	}
	secure := func(files tlsfiles.Config, then ...func(*Config)) func(*Config) {
		return func(k *Config) {
			k.TLS, k.TLSFiles = true, files
			for _, f := range then {
				f(k)
			}
		}
	}
	var sent []document
	for n, ok := range []struct {
		name, addr string
		change     func(*Config)
	}{
		{"TLS", c.TLSAddr(), secure(own)},
		{"mutual TLS", c.MTLSAddr(), secure(withClient)},
		{"TLS without verification", c.TLSAddr(), secure(tlsfiles.Config{InsecureSkipVerify: true})},
		{"PLAIN", c.SASLAddr(), login("plain", kafkatest.PlainUser, kafkatest.PlainPassword)},
		{"SCRAM-SHA-256", c.SASLAddr(), login("scram-sha-256", kafkatest.ScramUser, kafkatest.Scram256Password)},
		{"SCRAM-SHA-512", c.SASLAddr(), login("scram-sha-512", kafkatest.ScramUser, kafkatest.Scram512Password)},
		{"SCRAM over TLS", c.SASLTLSAddr(), secure(own, login("scram-sha-512", kafkatest.ScramUser, kafkatest.Scram512Password))},
	} {
		t.Run(ok.name, func(t *testing.T) {
			docs := documents("secure", n*10, 10)
			o, log := openOutput(t, ok.addr, ok.change)
			if failures := writeFor(o, batchOf(docs), flushTime); len(failures) > 0 {
				t.Fatalf("%s\n%s", firstError(failures), log)
			}
			if strings.Contains(log.String(), "not ready") {
				t.Error(log)
			}
			sent = append(sent, docs...)
		})
	}
	account(t, c, "secure", sent)

	for _, no := range []struct {
		name, addr string
		change     func(*Config)
		hint       string
	}{
		{"wrong password", c.SASLAddr(), login("plain", kafkatest.PlainUser, "wrong-password"), "kafka_sasl_password"},
		{"unknown user", c.SASLAddr(), login("scram-sha-256", "mallory", "wrong-password"), "kafka_sasl_username"},
		{"no SASL to SASL", c.SASLAddr(), nil, "kafka_sasl_mechanism"},
		{"SASL to none", c.Addr(), login("plain", kafkatest.PlainUser, kafkatest.PlainPassword), "remove the kafka_sasl options"},
		{"unknown CA", c.TLSAddr(), secure(tlsfiles.Config{CAFile: c.OtherCAFile}), "kafka_tls_ca_file"},
		{"other name", c.TLSAddr(), secure(tlsfiles.Config{CAFile: c.CAFile, ServerName: "kafka.example.test"}), "kafka_tls_server_name"},
		{"no client certificate", c.MTLSAddr(), secure(own), "kafka_tls_cert_file"},
		{"other client certificate", c.MTLSAddr(), secure(tlsfiles.Config{CAFile: c.CAFile, CertFile: c.OtherCertFile, KeyFile: c.OtherKeyFile}), "kafka_tls_cert_file"},
		{"TLS to plain", c.Addr(), secure(own), "TLS"},
		{"plain to TLS", c.TLSAddr(), nil, "kafka_tls"},
		{"missing password file", c.SASLAddr(), login("plain", "alice", "file:/nowhere/password"), "kafka_sasl_password"},
	} {
		t.Run(no.name, func(t *testing.T) {
			o, log := openOutput(t, no.addr, no.change)
			failures := writeFor(o, batchOf(documents("secure", 1000, 3)), 2*time.Second)
			if len(failures) != 3 || !failures[0].Err.Retryable || !strings.Contains(firstError(failures), no.hint) {
				t.Errorf("%d failures: %s", len(failures), firstError(failures))
			}
			text := log.String()
			if !strings.Contains(text, "not ready at start") || !strings.Contains(text, no.hint) || strings.Contains(text, "wrong-password") {
				t.Errorf("log: %s", text)
			}
		})
	}
	t.Run("not allowed", func(t *testing.T) {
		c.CreateTopic(t, "forbidden", 1, 1, nil)
		o, _ := openOutput(t, c.SASLAddr(), login("plain", kafkatest.PlainUser, kafkatest.PlainPassword))
		docs := documents("forbidden", 0, 3)
		failures := writeFor(o, batchOf(docs), 5*time.Second)
		if len(failures) != 3 || !failures[0].Err.Retryable || !strings.Contains(firstError(failures), "allow the user") &&
			!strings.Contains(firstError(failures), "create the topic") {
			t.Fatalf("%d failures: %s", len(failures), firstError(failures))
		}
		c.GrantProduce(t, kafkatest.PlainUser, "forbidden")
		send(t, o, docs, flushTime)
		account(t, c, "forbidden", docs)
	})
	t.Run("password changes", func(t *testing.T) { changePassword(t, c, login) })
}

// changePassword corrects a password in its file: the next connection uses it.
func changePassword(t *testing.T, c *kafkatest.Cluster, login func(mechanism, user, password string) func(*Config)) {
	file := filepath.Join(t.TempDir(), "password")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("not this\n")
	o, _ := openOutput(t, c.SASLAddr(), login("plain", kafkatest.PlainUser, "file:"+file))
	docs := documents("secure", 2000, 3)
	if failures := writeFor(o, batchOf(docs), time.Second); len(failures) != 3 {
		t.Fatal("the wrong password was taken")
	}
	write(kafkatest.PlainPassword + "\n")
	time.Sleep(forgetInterval)
	if failures := writeFor(o, batchOf(docs), flushTime); len(failures) > 0 {
		t.Error(firstError(failures))
	}
}
