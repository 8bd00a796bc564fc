package tlsfiles

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"os"
	"runtime"
	"slices"
	"time"
)

// soon is how long before its end a certificate's validity is worth a warning.
const soon = 14 * 24 * time.Hour

// Warnings says what works, but a person should look after: a client
// certificate that has expired or soon will, CA certificates that have, a key
// that other users can read, and a server that is not verified.
func (d *Dialer) Warnings() []string {
	d.mu.Lock()
	roots, client := d.roots.good, d.client.good
	d.mu.Unlock()
	var list []string
	if d.config.InsecureSkipVerify {
		list = append(list, "the server is not verified: anyone in between can read and change what is sent")
	}
	list = append(list, roots.warnings(time.Now())...)
	list = append(list, clientWarnings(client, time.Now())...)
	return append(list, keyWarnings(d.config.KeyFile)...)
}

// warnings speaks of authorities only when none is valid: lists of many often have old ones.
func (a authorities) warnings(now time.Time) []string {
	valid := func(c *x509.Certificate) bool { return now.After(c.NotBefore) && now.Before(c.NotAfter) }
	if len(a.list) == 0 || slices.ContainsFunc(a.list, valid) {
		return nil
	}
	return []string{"no certificate in " + a.path + " is valid now: no server can be trusted"}
}

func clientWarnings(c *tls.Certificate, now time.Time) []string {
	if c == nil {
		return nil
	}
	leaf := c.Leaf
	var list []string
	switch {
	case now.After(leaf.NotAfter):
		list = append(list, fmt.Sprintf("the client certificate expired on %s", date(leaf.NotAfter)))
	case now.Add(soon).After(leaf.NotAfter):
		list = append(list, fmt.Sprintf("the client certificate expires on %s", date(leaf.NotAfter)))
	case now.Before(leaf.NotBefore):
		list = append(list, fmt.Sprintf("the client certificate is valid only from %s", date(leaf.NotBefore)))
	}
	usages := leaf.ExtKeyUsage
	if len(usages) > 0 && !slices.Contains(usages, x509.ExtKeyUsageClientAuth) && !slices.Contains(usages, x509.ExtKeyUsageAny) {
		list = append(list, "the client certificate is not made for clients (extended key usage): servers may refuse it")
	}
	return list
}

func keyWarnings(path string) []string {
	if path == "" || runtime.GOOS == "windows" { // where the mode says nothing about other users
		return nil
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm()&0o004 == 0 {
		return nil
	}
	return []string{"every user can read the key file " + path + ": give it mode 0600"}
}

func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }
