package tlsfiles

import (
	"crypto/tls"
	"os"
	"path/filepath"
	"sync"
	"testing"
)

func TestRotateCA(t *testing.T) {
	t.Parallel()
	first, second := newCA(t, "ca"), newCA(t, "ca")
	one := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{first.server(t).chain()}})
	two := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{second.server(t).chain()}})
	path := file(t, first.pem())
	log, lines := logged()
	d := mustNew(t, Config{CAFile: path, Log: log})
	mustGreet(t, d, one, "")
	wantRefused(t, d, two)
	wantLog(t, lines, 0)

	rewrite(t, path, second.pem())
	mustGreet(t, d, two, "")
	wantRefused(t, d, one)
	wantLog(t, lines, 1, "level=INFO", "use the changed CA certificates")
}

func TestRotateClient(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	before, after := issue(t, ca, "before", forClients), issue(t, ca, "after", forClients)
	cert, key := file(t, before.pem()), file(t, before.keyPEM(t))
	log, lines := logged()
	d := mustNew(t, Config{CAFile: file(t, ca.pem()), CertFile: cert, KeyFile: key, Log: log})
	addr := clientServers(t, ca)["1.3"]
	mustGreet(t, d, addr, "before")

	rewrite(t, cert, after.pem()) // the key does not match yet
	mustGreet(t, d, addr, "before")
	mustGreet(t, d, addr, "before")
	wantLog(t, lines, 1, "level=ERROR", "stay in use", cert, key, "does not match")

	rewrite(t, key, after.keyPEM(t))
	mustGreet(t, d, addr, "after")
	wantLog(t, lines, 1, "level=INFO", "client certificate and key")
}

func TestBrokenFilesKeepTheOld(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	next := newCA(t, "next")
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.server(t).chain()}})
	path := file(t, ca.pem())
	log, lines := logged()
	d := mustNew(t, Config{CAFile: path, Log: log})
	whole := append(next.pem(), ca.pem()...)
	for _, broken := range [][]byte{nil, whole[:100], whole[:len(next.pem())+50], []byte("text")} {
		rewrite(t, path, broken)
		mustGreet(t, d, addr, "")
		mustGreet(t, d, addr, "")
		wantLog(t, lines, 1, "level=ERROR", path)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	mustGreet(t, d, addr, "")
	mustGreet(t, d, addr, "")
	wantLog(t, lines, 1, "level=ERROR", "correct its path")
	rewrite(t, path, whole)
	mustGreet(t, d, addr, "")
	wantLog(t, lines, 1, "level=INFO")
}

// TestBrokenClientLeavesCA: what one of the files has wrong does not hold up the others.
func TestBrokenClientLeavesCA(t *testing.T) {
	t.Parallel()
	first, second := newCA(t, "ca"), newCA(t, "ca")
	client := issue(t, second, "client", forClients)
	caFile, cert, key := file(t, first.pem()), file(t, client.pem()), file(t, client.keyPEM(t))
	log, lines := logged()
	d := mustNew(t, Config{CAFile: caFile, CertFile: cert, KeyFile: key, Log: log})
	rewrite(t, key)
	rewrite(t, caFile, second.pem())
	mustGreet(t, d, clientServers(t, second)["1.2"], "client")
	wantLog(t, lines, 2, "level=ERROR", "level=INFO")
}

func TestRotationWarns(t *testing.T) {
	t.Parallel()
	good, bad := issue(t, nil, "client", forClients), issue(t, nil, "client", local)
	path := file(t, good.pem(), good.keyPEM(t))
	log, lines := logged()
	d := mustNew(t, Config{CertFile: path, KeyFile: path, Log: log})
	rewrite(t, path, bad.pem(), bad.keyPEM(t))
	if _, err := d.ClientConfig("host"); err != nil {
		t.Fatal(err)
	}
	wantLog(t, lines, 2, "level=INFO", "level=WARN", "not made for clients")
}

func TestConcurrentRotation(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	client := issue(t, ca, "client", forClients)
	other := newCA(t, "other")
	path := file(t, client.pem(), client.keyPEM(t), ca.pem())
	d := mustNew(t, Config{CAFile: path, CertFile: path, KeyFile: path})
	addr := clientServers(t, ca)["1.3"]
	var dials sync.WaitGroup
	for range 4 {
		dials.Go(func() {
			for range 25 {
				mustGreet(t, d, addr, "client")
				d.Warnings()
			}
		})
	}
	next := filepath.Join(t.TempDir(), "next.pem")
	for i := range 50 {
		rewrite(t, next, client.pem(), client.keyPEM(t), [][]byte{nil, other.pem()}[i%2], ca.pem())
		if err := os.Rename(next, path); err != nil {
			t.Fatal(err)
		}
	}
	dials.Wait()
}

func BenchmarkClientConfig(b *testing.B) {
	ca := newCA(b, "ca")
	client := issue(b, ca, "client", forClients)
	path := file(b, client.pem(), client.keyPEM(b), ca.pem())
	d := mustNew(b, Config{CAFile: path, CertFile: path, KeyFile: path})
	for b.Loop() {
		if _, err := d.ClientConfig("host"); err != nil {
			b.Fatal(err)
		}
	}
}
