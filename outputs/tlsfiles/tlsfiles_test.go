package tlsfiles

import (
	"crypto/x509"
	"encoding/pem"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	client, other := issue(t, ca, "client", forClients), issue(t, ca, "other", forClients)
	cert, key := file(t, client.pem()), file(t, client.keyPEM(t))
	missing := filepath.Join(t.TempDir(), "missing.pem")
	text := file(t, []byte("not PEM"))
	empty := file(t)
	cut := file(t, ca.pem(), client.pem()[:200])
	garbled := file(t, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("x")}))
	encrypted := file(t, pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")}))
	legacy := file(t, pem.EncodeToMemory(&pem.Block{
		Type: "EC PRIVATE KEY", Bytes: []byte("x"), Headers: map[string]string{"Proc-Type": "4,ENCRYPTED"},
	}))
	badKey := file(t, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: []byte("x")}))
	otherKey := file(t, other.keyPEM(t))
	for name, c := range map[string]struct {
		config Config
		want   []string
	}{
		"CA missing":         {Config{CAFile: missing}, []string{missing, "correct its path"}},
		"CA folder":          {Config{CAFile: t.TempDir()}, []string{"not a regular file"}},
		"CA text":            {Config{CAFile: text}, []string{"CA file " + text, "has no certificate"}},
		"CA empty":           {Config{CAFile: empty}, []string{empty, "has no certificate"}},
		"CA is a key":        {Config{CAFile: key}, []string{key, "has no certificate"}},
		"CA cut off":         {Config{CAFile: cut}, []string{cut, "cut off"}},
		"CA garbled":         {Config{CAFile: garbled}, []string{garbled, "number 1"}},
		"certificate alone":  {Config{CertFile: cert}, []string{"needs its key"}},
		"key alone":          {Config{KeyFile: key}, []string{"needs its key"}},
		"both missing":       {Config{CertFile: missing, KeyFile: missing + "2"}, []string{missing, missing + "2"}},
		"certificate text":   {Config{CertFile: text, KeyFile: key}, []string{"certificate file " + text, "has no certificate"}},
		"exchanged":          {Config{CertFile: key, KeyFile: cert}, []string{"certificate file " + key}},
		"key is certificate": {Config{CertFile: cert, KeyFile: cert}, []string{"key file " + cert, "has no key"}},
		"key cut off":        {Config{CertFile: cert, KeyFile: file(t, client.keyPEM(t)[:100])}, []string{"cut off"}},
		"key encrypted":      {Config{CertFile: cert, KeyFile: encrypted}, []string{encrypted, "openssl pkey"}},
		"key encrypted (2)":  {Config{CertFile: cert, KeyFile: legacy}, []string{legacy, "openssl pkey"}},
		"key garbled":        {Config{CertFile: cert, KeyFile: badKey}, []string{badKey, cert}},
		"key of another":     {Config{CertFile: cert, KeyFile: otherKey}, []string{otherKey, cert, "does not match"}},
		"pin short":          {Config{CAFingerprint: "ab:cd"}, []string{"64 hex digits"}},
		"pin no hex":         {Config{CAFingerprint: strings.Repeat("x", 64)}, []string{"64 hex digits"}},
		"pin and insecure":   {Config{CAFingerprint: ca.fingerprint(), InsecureSkipVerify: true}, []string{"remove one"}},
	} {
		_, err := New(c.config)
		if err == nil {
			t.Errorf("%s: no error", name)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: error %q does not say %q", name, err, want)
			}
		}
	}
}

func TestNewForbidden(t *testing.T) {
	t.Parallel()
	path := file(t, newCA(t, "ca").pem())
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Open(path); err == nil {
		_ = f.Close()
		t.Skip("this user may read everything")
	}
	if _, err := New(Config{CAFile: path}); !errors.Is(err, fs.ErrPermission) || !strings.Contains(err.Error(), "let the Fluent Bit user read it") {
		t.Errorf("error %v", err)
	}
}

func TestNewAccepts(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	client := issue(t, ca, "client", forClients)
	both := file(t, []byte("a comment\r\n"), client.keyPEM(t), client.pem(), ca.pem())
	d := mustNew(t, Config{CAFile: both, CertFile: both, KeyFile: both})
	if n := len(d.client.good.Certificate); n != 2 {
		t.Errorf("the chain has %d certificates", n)
	}
	if list := d.Warnings(); len(list) != 0 {
		t.Errorf("warnings %q", list)
	}
	marked := file(t, []byte("\ufeff"), ca.pem()) // as Windows' editors write it
	mustNew(t, Config{CAFile: marked})
	if d := mustNew(t, Config{}); len(d.Warnings()) != 0 {
		t.Errorf("warnings %q", d.Warnings())
	}
}

func TestWarnings(t *testing.T) {
	t.Parallel()
	day := 24 * time.Hour
	valid := func(from, to time.Duration) func(*x509.Certificate) {
		return func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Now().Add(from), time.Now().Add(to)
			c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		}
	}
	for name, c := range map[string]struct {
		edit func(*x509.Certificate)
		want string
	}{
		"expired":  {valid(-2*day, -day), "expired on"},
		"soon":     {valid(-2*day, 13*day), "expires on"},
		"later":    {valid(-2*day, 15*day), ""},
		"future":   {valid(day, 99*day), "valid only from"},
		"server's": {local, "not made for clients"},
		"any use":  {nil, ""},
	} {
		client := issue(t, nil, "client", c.edit)
		path := file(t, client.pem(), client.keyPEM(t))
		list := mustNew(t, Config{CertFile: path, KeyFile: path}).Warnings()
		if (c.want == "") != (len(list) == 0) || !strings.Contains(strings.Join(list, "\n"), c.want) {
			t.Errorf("%s: warnings %q", name, list)
		}
	}
	old := issue(t, nil, "ca", valid(-2*day, -day))
	if list := mustNew(t, Config{CAFile: file(t, old.pem())}).Warnings(); len(list) != 1 || !strings.Contains(list[0], "valid now") {
		t.Errorf("an expired CA: warnings %q", list)
	}
	if list := mustNew(t, Config{CAFile: file(t, old.pem(), newCA(t, "new").pem())}).Warnings(); len(list) != 0 {
		t.Errorf("an expired CA and a valid one: warnings %q", list)
	}
	if list := mustNew(t, Config{InsecureSkipVerify: true}).Warnings(); len(list) != 1 || !strings.Contains(list[0], "not verified") {
		t.Errorf("insecure: warnings %q", list)
	}
}

func TestWarnOfReadableKey(t *testing.T) {
	t.Parallel()
	if runtime.GOOS == "windows" {
		t.Skip("there are no modes")
	}
	client := issue(t, nil, "client", forClients)
	path := file(t, client.pem(), client.keyPEM(t))
	d := mustNew(t, Config{CertFile: path, KeyFile: path})
	for mode, want := range map[os.FileMode]int{0o644: 1, 0o640: 0, 0o600: 0} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if list := d.Warnings(); len(list) != want {
			t.Errorf("mode %o: warnings %q", mode, list)
		}
	}
}
