// Package tlsfiles makes TLS connections with certificates and keys from files,
// and looks at the files again for every connection, so that renewed ones need
// no restart.
package tlsfiles

import (
	"crypto/tls"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"
)

// Config says whom to trust and who the client is. The files are PEM. The zero
// Config trusts the authorities of the system and has no client certificate.
type Config struct {
	// CAFile has the certificates of the authorities that are trusted, instead of
	// those of the system.
	CAFile string
	// CertFile and KeyFile are the client certificate, followed by its
	// intermediate certificates, and its key; both or neither. They may be one file.
	CertFile, KeyFile string
	// ServerName is what the server's certificate must be for. Empty: the host
	// that is connected to.
	ServerName string
	// InsecureSkipVerify accepts every certificate: anyone in between can read and
	// change what is sent.
	InsecureSkipVerify bool
	// CAFingerprint is the SHA-256 of the one CA certificate that is trusted: 64
	// hex digits, with or without colons, as Elasticsearch prints it. The
	// certificate itself is taken from what the server sends, or from CAFile.
	CAFingerprint string
	// Log is told of changed files: once for each change that is used, or that
	// cannot be. It may be nil.
	Log *slog.Logger
}

// Dialer makes connections. It is safe for concurrent use. What it has last
// read without an error stays in use until something newer is.
type Dialer struct {
	config Config
	pin    *pin // nil without CAFingerprint
	log    *slog.Logger
	net    net.Dialer

	mu     sync.Mutex // guards what follows
	roots  watched[authorities]
	client watched[*tls.Certificate]
}

// New checks the configuration and reads all its files. Errors name the file
// and what is wrong with it.
func New(config Config) (*Dialer, error) {
	fingerprint, err := parsePin(config.CAFingerprint)
	if err != nil {
		return nil, err
	}
	if fingerprint != nil && config.InsecureSkipVerify {
		return nil, errors.New("a CA fingerprint is set, and that the server is not verified: remove one of the two")
	}
	if (config.CertFile == "") != (config.KeyFile == "") {
		return nil, errors.New("a client certificate needs its key, and a key its certificate: set both files, or neither")
	}
	d := &Dialer{config: config, pin: fingerprint, log: config.Log, net: net.Dialer{KeepAlive: keepAlive}}
	if d.log == nil {
		d.log = slog.New(slog.DiscardHandler)
	}
	if config.CAFile != "" {
		d.roots = watched[authorities]{paths: []string{config.CAFile}, parse: parseAuthorities}
	}
	if config.CertFile != "" {
		d.client = watched[*tls.Certificate]{paths: []string{config.CertFile, config.KeyFile}, parse: parseClient}
	}
	_, rootsErr := d.roots.look()
	_, clientErr := d.client.look()
	if err := errors.Join(rootsErr, clientErr); err != nil {
		return nil, err
	}
	return d, nil
}

// current looks at the files and returns what is to be used now.
func (d *Dialer) current() (authorities, *tls.Certificate) {
	d.mu.Lock()
	newRoots, rootsErr := d.roots.look()
	newClient, clientErr := d.client.look()
	roots, client := d.roots.good, d.client.good
	d.mu.Unlock()
	if newRoots {
		d.report("CA certificates", rootsErr, roots.warnings(time.Now()))
	}
	if newClient {
		d.report("client certificate and key", clientErr, clientWarnings(client, time.Now()))
	}
	return roots, client
}

func (d *Dialer) report(what string, err error, warnings []string) {
	if err != nil {
		d.log.Error("TLS: the changed "+what+" cannot be used, those read before stay in use", "error", err)
		return
	}
	d.log.Info("TLS: new connections use the changed " + what)
	for _, warning := range warnings {
		d.log.Warn("TLS: "+what, "warning", warning)
	}
}
