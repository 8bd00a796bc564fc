package tlsfiles

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"strings"
	"testing"
)

func TestHintOfAlerts(t *testing.T) {
	t.Parallel()
	for alert, want := range map[tls.AlertError]string{
		handshakeFailure:   "wants a client certificate (set p_cert_file and p_key_file)",
		badCertificate:     "not trusted by the server: set p_cert_file and p_key_file",
		unsupportedCert:    "not trusted by the server",
		revokedCertificate: "revoked: renew p_cert_file",
		expiredCertificate: "expired: renew p_cert_file",
		unknownCertificate: "not trusted by the server",
		unknownCA:          "not trusted by the server",
		accessDenied:       "not trusted by the server",
		protocolVersion:    "TLS 1.2",
		unrecognizedName:   "set p_server_name",
		certRequired:       "wants a client certificate: set p_cert_file and p_key_file",
		80:                 "",
	} {
		err := fmt.Errorf("write: %w", &net.OpError{Op: "remote error", Err: alert})
		if got := Hint(err, "p_"); !strings.Contains(got, want) || (want == "") != (got == "") {
			t.Errorf("%v: hint %q", err, got)
		}
	}
}

func TestNoHint(t *testing.T) {
	t.Parallel()
	for _, err := range []error{
		nil, io.EOF, os.ErrDeadlineExceeded, errors.New("x"),
		&net.OpError{Op: "read", Err: badCertificate},
		&HandshakeError{Addr: "a", Err: errors.New("x")},
		x509.CertificateInvalidError{Reason: x509.TooManyIntermediates},
	} {
		if got := Hint(err, "p_"); got != "" {
			t.Errorf("%v: hint %q", err, got)
		}
	}
}
