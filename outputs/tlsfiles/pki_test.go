package tlsfiles

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// issued is a certificate and its key.
type issued struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

// issue makes a certificate that issuer signs; nil: it signs itself. edit may change it before.
func issue(t testing.TB, issuer *issued, name string, edit func(*x509.Certificate)) *issued {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	serial, err := rand.Int(rand.Reader, big.NewInt(1<<62))
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: name},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(365 * 24 * time.Hour),
		KeyUsage:              x509.KeyUsageDigitalSignature,
		BasicConstraintsValid: true,
	}
	if edit != nil {
		edit(c)
	}
	parent, signer := c, key
	if issuer != nil {
		parent, signer = issuer.cert, issuer.key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	c, err = x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return &issued{c, key}
}

func isCA(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign }

// local makes a certificate of a server on this machine, named other.example too.
func local(c *x509.Certificate) {
	c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	c.DNSNames = []string{"other.example"}
	c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
}

func forClients(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth} }

func newCA(t testing.TB, name string) *issued { return issue(t, nil, name, isCA) }

func (i *issued) server(t testing.TB) *issued { return issue(t, i, "server", local) }

func (i *issued) pem() []byte {
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: i.cert.Raw})
}

func (i *issued) keyPEM(t testing.TB) []byte {
	t.Helper()
	der, err := x509.MarshalPKCS8PrivateKey(i.key)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

func (i *issued) fingerprint() string {
	sum := sha256.Sum256(i.cert.Raw)
	return hex.EncodeToString(sum[:])
}

func (i *issued) pool() *x509.CertPool {
	pool := x509.NewCertPool()
	pool.AddCert(i.cert)
	return pool
}

// chain is the certificate with its key, followed by others, as a server sends them.
func (i *issued) chain(others ...*issued) tls.Certificate {
	c := tls.Certificate{Certificate: [][]byte{i.cert.Raw}, PrivateKey: i.key}
	for _, o := range others {
		c.Certificate = append(c.Certificate, o.cert.Raw)
	}
	return c
}

// serve accepts connections until the test ends and returns the address. handle gets each, and its error is of no interest.
func serve(t testing.TB, handle func(net.Conn) error) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				_ = handle(conn)
			}()
		}
	}()
	return listener.Addr().String()
}

// serveTLS greets each client with the common name of its certificate, and a dot.
func serveTLS(t testing.TB, config *tls.Config) string {
	t.Helper()
	return serve(t, func(raw net.Conn) error {
		conn := tls.Server(raw, config)
		if err := conn.Handshake(); err != nil {
			return err
		}
		name := ""
		if sent := conn.ConnectionState().PeerCertificates; len(sent) > 0 {
			name = sent[0].Subject.CommonName
		}
		_, err := io.WriteString(conn, name+".")
		return errors.Join(err, conn.Close())
	})
}

// greet connects and returns whom the server has greeted.
func greet(d *Dialer, addr string) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	conn, err := d.DialContext(ctx, "tcp", addr)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	text, err := io.ReadAll(conn)
	return strings.TrimSuffix(string(text), "."), err
}

func mustGreet(t testing.TB, d *Dialer, addr, want string) {
	t.Helper()
	if got, err := greet(d, addr); got != want || err != nil {
		t.Errorf("the server greets %q, want %q; %v", got, want, err)
	}
}

// wantRefused connects, and wants an error whose hint says each of the texts.
func wantRefused(t testing.TB, d *Dialer, addr string, hints ...string) error {
	t.Helper()
	_, err := greet(d, addr)
	if err == nil {
		t.Fatal("the connection was made")
	}
	for _, want := range hints {
		if got := Hint(err, "kafka_tls_"); !strings.Contains(got, want) {
			t.Errorf("error %q has the hint %q, want %q", err, got, want)
		}
	}
	return err
}

func mustNew(t testing.TB, c Config) *Dialer {
	t.Helper()
	d, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// file writes a file of its own for the test.
func file(t testing.TB, parts ...[]byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "file.pem")
	rewrite(t, path, parts...)
	return path
}

func rewrite(t testing.TB, path string, parts ...[]byte) {
	t.Helper()
	if err := os.WriteFile(path, bytes.Join(parts, nil), 0o600); err != nil {
		t.Fatal(err)
	}
}

// logged is a log and what was written to it.
func logged() (*slog.Logger, *bytes.Buffer) {
	var b bytes.Buffer
	return slog.New(slog.NewTextHandler(&b, nil)), &b
}

// wantLog checks the number of lines since it was last called, and what they say.
func wantLog(t testing.TB, b *bytes.Buffer, lines int, texts ...string) {
	t.Helper()
	got := b.String()
	b.Reset()
	if n := strings.Count(got, "\n"); n != lines {
		t.Errorf("%d lines are logged, want %d:\n%s", n, lines, got)
	}
	for _, want := range texts {
		if !strings.Contains(got, want) {
			t.Errorf("the log does not say %q:\n%s", want, got)
		}
	}
}
