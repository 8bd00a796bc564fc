package tlsfiles

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"time"
)

// limit is how long a connection may take to be made: some callers dial without a deadline.
const limit = 30 * time.Second

// keepAlive is the time between probes of an idle connection.
const keepAlive = 30 * time.Second

// DialContext connects to addr, a host and a port, and finishes the TLS
// handshake, or gives up when ctx ends or after 30 seconds. What goes wrong
// after the TCP connection was made is a *HandshakeError; see Hint.
//
// A server that speaks TLS 1.3 judges the client certificate only after the
// handshake: that it refuses it is then the error of the first Read. Hint knows
// that one too.
func (d *Dialer) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return nil, err
	}
	config, err := d.ClientConfig(host)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	tcp, err := d.net.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	conn := tls.Client(tcp, config)
	if err := conn.HandshakeContext(ctx); err != nil {
		_ = tcp.Close() // the handshake's error is the one to know
		return nil, &HandshakeError{Addr: addr, Err: err}
	}
	return conn, nil
}

// HandshakeError is why a TLS handshake failed.
type HandshakeError struct {
	Addr string
	Err  error
}

// Error implements error.
func (e *HandshakeError) Error() string {
	return fmt.Sprintf("TLS handshake with %s: %v", e.Addr, e.Err)
}

// Unwrap returns the cause.
func (e *HandshakeError) Unwrap() error { return e.Err }

// ClientConfig returns the settings for a connection to host, made of the files
// as they are now. They are the caller's, and do not follow later changes of
// the files.
func (d *Dialer) ClientConfig(host string) (*tls.Config, error) {
	if d.config.ServerName != "" {
		host = d.config.ServerName
	}
	if host == "" && !d.config.InsecureSkipVerify {
		return nil, errors.New("the address has no host: there is no name that the server's certificate could be for")
	}
	roots, client := d.current()
	config := &tls.Config{
		MinVersion:         tls.VersionTLS12,
		ServerName:         host,
		RootCAs:            roots.pool,
		InsecureSkipVerify: d.config.InsecureSkipVerify || d.pin != nil, //nolint:gosec // the user's choice, or VerifyConnection verifies instead
	}
	if d.pin != nil {
		config.VerifyConnection = func(state tls.ConnectionState) error {
			return d.pin.verify(state.PeerCertificates, roots.list, host)
		}
	}
	if client != nil {
		// Not config.Certificates: of these, one that is not issued by an authority
		// that the server names is silently not sent, and the server cannot say why
		// it refuses it.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			return client, nil
		}
	}
	return config, nil
}
