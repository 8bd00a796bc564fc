//go:build unix

package docs

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestCollectorCertificates makes the certificates with the page's commands and
// has a server that asks for them, as input forward does, tell who may send.
func TestCollectorCertificates(t *testing.T) {
	var script string
	for _, b := range blocksOf(t, "collector.md") {
		if b.language() == "sh" && strings.Contains(b.text, "openssl") {
			script = b.text
		}
	}
	cmd := exec.Command("sh", "-euc", script)
	cmd.Dir = t.TempDir()
	if out := run(t, cmd); strings.Count(out, ": OK") != 3 {
		t.Fatalf("openssl verify says %s", out)
	}
	dir := filepath.Join(cmd.Dir, "tls")
	for _, key := range []string{"ca.key", "collector.key", "pc01.key"} {
		if info, err := os.Stat(filepath.Join(dir, key)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", key, info, err)
		}
	}
	authorities := x509.NewCertPool()
	pem, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
	if err != nil || !authorities.AppendCertsFromPEM(pem) {
		t.Fatalf("ca.pem: %v", err)
	}
	server := &tls.Config{ClientAuth: tls.RequireAndVerifyClientCert, ClientCAs: authorities, Certificates: pair(t, dir, "collector")}
	for _, test := range []struct {
		name, host string
		certs      []tls.Certificate
		may        bool
	}{
		{"an agent", "collector.example.com", pair(t, dir, "pc01"), true},
		{"another agent", "collector.example.com", pair(t, dir, "pc02"), true},
		{"nobody", "collector.example.com", nil, false},
		{"the collector's certificate, used by a client", "collector.example.com", pair(t, dir, "collector"), false},
		{"another name", "other.example.com", pair(t, dir, "pc01"), false},
	} {
		err := handshake(server, &tls.Config{RootCAs: authorities, ServerName: test.host, Certificates: test.certs})
		if (err == nil) != test.may {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

func pair(t *testing.T, dir, name string) []tls.Certificate {
	t.Helper()
	c, err := tls.LoadX509KeyPair(filepath.Join(dir, name+".pem"), filepath.Join(dir, name+".key"))
	if err != nil {
		t.Fatal(err)
	}
	return []tls.Certificate{c}
}

// handshake returns the error of whichever side refuses the other.
func handshake(server, client *tls.Config) error {
	a, b := net.Pipe()
	defer a.Close()
	defer b.Close()
	refused := make(chan error, 1)
	go func() {
		s := tls.Server(a, server)
		err := s.Handshake()
		if err != nil {
			a.Close()
		}
		refused <- err
	}()
	c := tls.Client(b, client)
	if err := c.Handshake(); err != nil {
		b.Close()
		<-refused
		return err
	}
	go c.Read(make([]byte, 1)) // takes the alert of a server that refuses
	return <-refused
}
