//go:build unix

package services

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"
)

// Certificates are PEM files for a server with TLS and for its clients. They are
// for 127.0.0.1 and localhost, and valid for a day.
type Certificates struct {
	CAFile        string
	CAFingerprint string // SHA-256 of the authority's certificate, in hexadecimal

	ServerCertFile string // the authority's certificate follows: a client may look for its fingerprint
	ServerKeyFile  string
	ClientCertFile string
	ClientKeyFile  string

	// Of an authority that the server knows nothing about.
	OtherCAFile   string
	OtherCertFile string
	OtherKeyFile  string
}

// authority signs certificates.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	pem         []byte
}

// WriteCertificates makes all files in a folder.
func WriteCertificates(dir string) (Certificates, error) {
	file := func(name string) string { return filepath.Join(dir, name) }
	c := Certificates{
		CAFile: file("ca.pem"), ServerCertFile: file("server.pem"), ServerKeyFile: file("server.key"),
		ClientCertFile: file("client.pem"), ClientKeyFile: file("client.key"),
		OtherCAFile: file("other-ca.pem"), OtherCertFile: file("other.pem"), OtherKeyFile: file("other.key"),
	}
	ca, err := newAuthority("winevent test CA")
	if err != nil {
		return c, err
	}
	sum := sha256.Sum256(ca.certificate.Raw)
	c.CAFingerprint = hex.EncodeToString(sum[:])
	server, serverKey, err := ca.issue("server")
	if err != nil {
		return c, err
	}
	client, clientKey, err := ca.issue("client")
	if err != nil {
		return c, err
	}
	otherCA, err := newAuthority("other CA")
	if err != nil {
		return c, err
	}
	other, otherKey, err := otherCA.issue("client")
	if err != nil {
		return c, err
	}
	return c, writeFiles(map[string][]byte{
		c.CAFile: ca.pem, c.ServerCertFile: bytes.Join([][]byte{server, ca.pem}, nil), c.ServerKeyFile: serverKey,
		c.ClientCertFile: client, c.ClientKeyFile: clientKey,
		c.OtherCAFile: otherCA.pem, c.OtherCertFile: other, c.OtherKeyFile: otherKey,
	})
}

func newAuthority(name string) (authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return authority{}, err
	}
	template := newTemplate(name)
	template.IsCA, template.BasicConstraintsValid = true, true
	template.KeyUsage = x509.KeyUsageCertSign
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return authority{}, err
	}
	certificate, err := x509.ParseCertificate(der)
	return authority{certificate, key, encode("CERTIFICATE", der)}, err
}

// issue makes a certificate and its key, in PEM.
func (a authority) issue(name string) (certificate, key []byte, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, nil, err
	}
	template := newTemplate(name)
	template.KeyUsage = x509.KeyUsageDigitalSignature
	template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth}
	template.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	template.DNSNames = []string{"localhost"}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, private.Public(), a.key)
	if err != nil {
		return nil, nil, err
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	return encode("CERTIFICATE", der), encode("PRIVATE KEY", pkcs8), err
}

func newTemplate(name string) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: name},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(24 * time.Hour),
	}
}

func encode(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func writeFiles(files map[string][]byte) error {
	for path, data := range files {
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
	return nil
}
