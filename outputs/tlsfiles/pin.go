package tlsfiles

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// pin is the SHA-256 of the only certificate that is trusted.
type pin [sha256.Size]byte

// parsePin reads hex digits, with or without colons. Empty text is no pin.
func parsePin(text string) (*pin, error) {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil, nil
	}
	sum, err := hex.DecodeString(strings.ReplaceAll(text, ":", ""))
	if err != nil || len(sum) != sha256.Size {
		return nil, errors.New("the CA fingerprint must be a SHA-256: 64 hex digits, with or without colons")
	}
	return (*pin)(sum), nil
}

func (p *pin) matches(c *x509.Certificate) bool { return sha256.Sum256(c.Raw) == *p }

// verify trusts a server whose certificates, the first of them its own, lead by
// their signatures to the certificate of this fingerprint, and are for host.
//
// It is not enough that a server sends the certificate: anyone can, it is no
// secret. So that certificate becomes the only root, and the usual verification
// follows. host is asked for, because a tls.ConnectionState does not know it
// when it is an IP address.
func (p *pin) verify(sent, known []*x509.Certificate, host string) error {
	if len(sent) == 0 || host == "" { // crypto/tls rules the first out, ClientConfig the second
		return errors.New("there is no certificate, or no host name, to verify")
	}
	err := p.chain(sent, known, host)
	if err == nil {
		return nil
	}
	return &tls.CertificateVerificationError{UnverifiedCertificates: sent, Err: err}
}

func (p *pin) chain(sent, known []*x509.Certificate, host string) error {
	all := slices.Concat(sent, known)
	i := slices.IndexFunc(all, p.matches)
	if i < 0 {
		return &FingerprintError{Top: sent[len(sent)-1]}
	}
	roots, others := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(all[i])
	for _, c := range sent[1:] {
		others.AddCert(c)
	}
	_, err := sent[0].Verify(x509.VerifyOptions{DNSName: host, Roots: roots, Intermediates: others})
	var unknown x509.UnknownAuthorityError
	if errors.As(err, &unknown) {
		return &FingerprintError{Top: sent[len(sent)-1], Err: err}
	}
	return err
}

// FingerprintError is why a server is not trusted by CAFingerprint.
type FingerprintError struct {
	// Top is the last certificate that the server sent, commonly that of its CA.
	Top *x509.Certificate
	// Err is nil when there is no certificate of that fingerprint, and else says
	// why the server's does not lead to it.
	Err error
}

// Error implements error.
func (e *FingerprintError) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("the certificate with the CA fingerprint did not sign the server's: %v", e.Err)
	}
	return fmt.Sprintf("no certificate has the CA fingerprint: the last that the server sent is %q with %x",
		e.Top.Subject, sha256.Sum256(e.Top.Raw))
}

// Unwrap returns the cause, if there is another.
func (e *FingerprintError) Unwrap() error { return e.Err }
