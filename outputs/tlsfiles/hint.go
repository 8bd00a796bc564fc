package tlsfiles

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"syscall"
	"time"
)

// Hint says what a person can do about an error of a TLS connection; "" when it
// does not know. prefix is what stands before the names of the options:
// "kafka_tls_" for kafka_tls_ca_file.
//
// Of errors that others have too (the end of the connection, a timeout) it
// knows only those inside a *HandshakeError.
func Hint(err error, prefix string) string {
	if hint := certificateHint(err, prefix); hint != "" {
		return hint
	}
	if hint := alertHint(err, prefix); hint != "" {
		return hint
	}
	return handshakeHint(err)
}

// certificateHint is about a server's certificate that the client refused.
func certificateHint(err error, prefix string) string {
	var (
		name    x509.HostnameError
		invalid x509.CertificateInvalidError
		pinned  *FingerprintError
		unknown x509.UnknownAuthorityError
	)
	switch {
	case errors.As(err, &name):
		return nameHint(name, prefix)
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return validityHint(invalid.Cert)
	case errors.As(err, &pinned) && pinned.Err == nil:
		return fmt.Sprintf("compare %sca_fingerprint with the SHA-256 of the CA certificate; if they agree, the server does not send it: set %[1]sca_file to it", prefix)
	case errors.As(err, &pinned):
		return fmt.Sprintf("another server may have answered in its place; if the CA was renewed, set %sca_fingerprint to that of the new one", prefix)
	case errors.As(err, &unknown):
		return fmt.Sprintf("set %sca_file to the CA that signed the server's certificate", prefix)
	}
	return ""
}

func nameHint(e x509.HostnameError, prefix string) string {
	names := append([]string{}, e.Certificate.DNSNames...)
	for _, ip := range e.Certificate.IPAddresses {
		names = append(names, ip.String())
	}
	if len(names) == 0 {
		return "the server's certificate names no host: the server needs one with a subject alternative name"
	}
	const most = 5
	more := ""
	if len(names) > most {
		names, more = names[:most], ", …"
	}
	return fmt.Sprintf("the server's certificate is for %s%s: connect by such a name, or set %sserver_name to one",
		strings.Join(names, ", "), more, prefix)
}

func validityHint(c *x509.Certificate) string {
	if time.Now().Before(c.NotBefore) {
		return fmt.Sprintf("the certificate of %q is valid only from %s: check the clocks of this machine and the server", c.Subject, date(c.NotBefore))
	}
	return fmt.Sprintf("the certificate of %q expired on %s: renew it on the server", c.Subject, date(c.NotAfter))
}

// The alerts by which servers refuse a client, by their numbers in RFC 8446.
const (
	handshakeFailure   tls.AlertError = 40
	badCertificate     tls.AlertError = 42
	unsupportedCert    tls.AlertError = 43
	revokedCertificate tls.AlertError = 44
	expiredCertificate tls.AlertError = 45
	unknownCertificate tls.AlertError = 46
	unknownCA          tls.AlertError = 48
	accessDenied       tls.AlertError = 49
	protocolVersion    tls.AlertError = 70
	unrecognizedName   tls.AlertError = 112
	certRequired       tls.AlertError = 116
)

// alertHint is about what the server says it does not like.
func alertHint(err error, prefix string) string {
	var remote *net.OpError
	if !errors.As(err, &remote) || remote.Op != "remote error" {
		return versionHint(err)
	}
	is := func(alerts ...tls.AlertError) bool {
		for _, a := range alerts { // crypto/tls does not export the type of an alert that it has received
			if remote.Err.Error() == a.Error() {
				return true
			}
		}
		return false
	}
	switch {
	case is(certRequired):
		return fmt.Sprintf("the server wants a client certificate: set %scert_file and %[1]skey_file", prefix)
	case is(expiredCertificate):
		return fmt.Sprintf("the client certificate has expired: renew %scert_file", prefix)
	case is(revokedCertificate):
		return fmt.Sprintf("the client certificate is revoked: renew %scert_file", prefix)
	case is(badCertificate, unsupportedCert, unknownCertificate, unknownCA, accessDenied):
		return fmt.Sprintf("the client certificate is missing or not trusted by the server: set %scert_file and %[1]skey_file to one whose CA the server knows", prefix)
	case is(protocolVersion):
		return oldServer
	case is(unrecognizedName):
		return fmt.Sprintf("the server has no certificate for this name: set %sserver_name to one that it has", prefix)
	case is(handshakeFailure):
		return fmt.Sprintf("the server wants a client certificate (set %scert_file and %[1]skey_file), or has no cipher in common with the client", prefix)
	}
	return ""
}

const oldServer = "the server does not speak TLS 1.2 or later: upgrade it, or enable TLS 1.2 there"

// versionHint knows the error when the server, instead of an alert, answers with an older version.
func versionHint(err error) string {
	if err != nil && strings.Contains(err.Error(), "server selected unsupported protocol version") {
		return oldServer
	}
	return ""
}

const noTLS = "the port may not speak TLS: check the port, or connect without TLS"

// handshakeHint is about servers that answer with something else than TLS, or not at all.
func handshakeHint(err error) string {
	var (
		handshake *HandshakeError
		record    tls.RecordHeaderError
	)
	switch {
	case errors.As(err, &record):
		return noTLS
	case !errors.As(err, &handshake):
		return ""
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return "the server ended the connection: " + noTLS
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded):
		return "the server did not answer in time: " + noTLS
	}
	return ""
}

// Refused tells whether err means that the server's certificate was not
// accepted. Trying again does not help before somebody changes something.
func Refused(err error) bool {
	var refused *tls.CertificateVerificationError
	return errors.As(err, &refused)
}
