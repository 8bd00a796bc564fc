package tlsfiles

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// authorities are the certificates of a CAFile; the zero value stands for those of the system.
type authorities struct {
	path string
	list []*x509.Certificate
	pool *x509.CertPool
}

var (
	errCut       = errors.New("has a PEM block that is cut off or cannot be read: write the file anew")
	errEncrypted = errors.New("is encrypted: decrypt it with openssl pkey -in key -out key.decrypted")
)

func parseAuthorities(files []source) (authorities, error) {
	a := authorities{path: files[0].path, pool: x509.NewCertPool()}
	var err error
	if a.list, err = certificates(files[0].text); err != nil {
		return authorities{}, fmt.Errorf("CA file %s %w", a.path, err)
	}
	for _, c := range a.list {
		a.pool.AddCert(c)
	}
	return a, nil
}

// parseClient reads the certificate from the first file, its key from the second.
func parseClient(files []source) (*tls.Certificate, error) {
	certFile, keyFile := files[0], files[1]
	list, err := certificates(certFile.text)
	if err != nil {
		return nil, fmt.Errorf("certificate file %s %w", certFile.path, err)
	}
	if err := checkKey(keyFile.text); err != nil {
		return nil, fmt.Errorf("key file %s %w", keyFile.path, err)
	}
	pair, err := tls.X509KeyPair(certFile.text, keyFile.text)
	if err != nil { // the certificate was found well: it is about the key
		return nil, fmt.Errorf("key file %s for the certificate in %s: %w", keyFile.path, certFile.path, err)
	}
	pair.Leaf = list[0]
	return &pair, nil
}

// certificates returns those in a PEM text, at least one. Blocks of other kinds are passed over.
func certificates(text []byte) ([]*x509.Certificate, error) {
	var list []*x509.Certificate
	blocks, err := split(text)
	if err != nil {
		return nil, err
	}
	for _, b := range blocks {
		if b.Type != "CERTIFICATE" {
			continue
		}
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			return nil, fmt.Errorf("has a certificate that cannot be read: number %d: %w", len(list)+1, err)
		}
		list = append(list, c)
	}
	if len(list) == 0 {
		return nil, errors.New("has no certificate in it: it must be PEM, with a line -----BEGIN CERTIFICATE-----")
	}
	return list, nil
}

// checkKey refuses what tls.X509KeyPair would with less clear words.
func checkKey(text []byte) error {
	blocks, err := split(text)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(blocks, func(b *pem.Block) bool { return strings.HasSuffix(b.Type, "PRIVATE KEY") })
	switch {
	case i < 0:
		return errors.New("has no key in it: it must be PEM, with a line -----BEGIN PRIVATE KEY-----")
	case blocks[i].Type == "ENCRYPTED PRIVATE KEY", strings.Contains(blocks[i].Headers["Proc-Type"], "ENCRYPTED"):
		return errEncrypted
	}
	return nil
}

// split returns the blocks of a PEM text. pem.Decode passes over blocks without
// an end: here they are an error, or half of a list would be taken for all of it.
func split(text []byte) ([]*pem.Block, error) {
	var blocks []*pem.Block
	for rest := text; ; {
		block, after := pem.Decode(rest)
		if block == nil {
			break
		}
		blocks, rest = append(blocks, block), after
	}
	if bytes.Count(text, []byte("-----BEGIN ")) != len(blocks) {
		return nil, errCut
	}
	return blocks, nil
}
