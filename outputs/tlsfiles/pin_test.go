package tlsfiles

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"strings"
	"testing"
)

func TestFingerprint(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	between := issue(t, ca, "between", isCA)
	hex := ca.fingerprint()
	var colons []string
	for i := 0; i < len(hex); i += 2 {
		colons = append(colons, strings.ToUpper(hex[i:i+2]))
	}
	direct := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.server(t).chain(ca)}})
	longer := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{between.server(t).chain(between, ca)}})
	short := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{between.server(t).chain(between)}})
	for _, text := range []string{hex, strings.ToUpper(hex), strings.Join(colons, ":"), " " + hex + "\n"} {
		d := mustNew(t, Config{CAFingerprint: text})
		mustGreet(t, d, direct, "")
		mustGreet(t, d, longer, "")
		wantRefused(t, d, short, "compare kafka_tls_ca_fingerprint")
	}
	mustGreet(t, mustNew(t, Config{CAFingerprint: between.fingerprint()}), short, "")
	mustGreet(t, mustNew(t, Config{CAFingerprint: hex, ServerName: "other.example"}), direct, "")
}

func TestFingerprintWithCAFile(t *testing.T) {
	t.Parallel()
	ca, other := newCA(t, "ca"), newCA(t, "other")
	both := file(t, other.pem(), ca.pem())
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.server(t).chain()}}) // sends no CA
	mustGreet(t, mustNew(t, Config{CAFingerprint: ca.fingerprint(), CAFile: both}), addr, "")
	wantRefused(t, mustNew(t, Config{CAFingerprint: ca.fingerprint()}), addr, "set kafka_tls_ca_file")
	// The fingerprint chooses one of the file's: the others are not trusted.
	wantRefused(t, mustNew(t, Config{CAFingerprint: other.fingerprint(), CAFile: both}), addr, "set kafka_tls_ca_fingerprint to that of the new")
}

// TestFingerprintManInTheMiddle has servers that send the trusted CA's
// certificate, which is no secret, but have no certificate signed by it.
func TestFingerprintManInTheMiddle(t *testing.T) {
	t.Parallel()
	ca, evil, twin := newCA(t, "ca"), newCA(t, "evil"), newCA(t, "ca")
	genuine := ca.server(t)
	self := issue(t, nil, "server", local)
	for name, chain := range map[string]tls.Certificate{
		"self-signed":        self.chain(ca),
		"of another CA":      evil.server(t).chain(ca),
		"with its CA":        evil.server(t).chain(evil, ca),
		"of a CA named same": twin.server(t).chain(ca),
		"and that CA":        twin.server(t).chain(twin, ca),
		"with a true one":    evil.server(t).chain(genuine, ca),
		"signed by a leaf":   issue(t, genuine, "server", local).chain(genuine, ca),
	} {
		d := mustNew(t, Config{CAFingerprint: ca.fingerprint()})
		err := wantRefused(t, d, serveTLS(t, &tls.Config{Certificates: []tls.Certificate{chain}}), "another server may have answered")
		var verification *tls.CertificateVerificationError
		if !errors.As(err, &verification) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// TestFingerprintStolenCertificate has a server that sends a genuine chain whose key it has not.
func TestFingerprintStolenCertificate(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	chain := ca.server(t).chain(ca)
	chain.PrivateKey = newCA(t, "evil").key
	wantRefused(t, mustNew(t, Config{CAFingerprint: ca.fingerprint()}), serveTLS(t, &tls.Config{Certificates: []tls.Certificate{chain}}))
}

func TestFingerprintVerifiesTheRest(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	d := mustNew(t, Config{CAFingerprint: ca.fingerprint()})
	for want, edit := range map[string]func(*x509.Certificate){
		"kafka_tls_server_name": func(c *x509.Certificate) { c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 2)} },
		"expired on":            func(c *x509.Certificate) { local(c); c.NotAfter = c.NotBefore.Add(1) },
		"":                      func(c *x509.Certificate) { local(c); forClients(c) },
	} {
		chain := issue(t, ca, "server", edit).chain(ca)
		wantRefused(t, d, serveTLS(t, &tls.Config{Certificates: []tls.Certificate{chain}}), want)
	}
}

func TestFingerprintOfNoCA(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	self := issue(t, nil, "self", local)
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{self.chain()}})
	mustGreet(t, mustNew(t, Config{CAFingerprint: self.fingerprint()}), addr, "") // only who has its key can answer
	err := wantRefused(t, mustNew(t, Config{CAFingerprint: ca.fingerprint()}), addr)
	if !strings.Contains(err.Error(), self.fingerprint()) {
		t.Errorf("error %q does not say what the server sent", err)
	}
	leaf := ca.server(t)
	forged := issue(t, leaf, "server", local)
	addr = serveTLS(t, &tls.Config{Certificates: []tls.Certificate{forged.chain(leaf, ca)}})
	wantRefused(t, mustNew(t, Config{CAFingerprint: leaf.fingerprint()}), addr)
}
