package tlsfiles

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestOwnCA(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.server(t).chain()}})
	d := mustNew(t, Config{CAFile: file(t, newCA(t, "another").pem(), ca.pem())})
	mustGreet(t, d, addr, "")
	conn, err := d.DialContext(context.Background(), "tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if v := conn.(*tls.Conn).ConnectionState().Version; v != tls.VersionTLS13 {
		t.Errorf("version %x", v)
	}
}

func TestUnknownCA(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{ca.server(t).chain(ca)}})
	for name, c := range map[string]Config{
		"system":    {},
		"another":   {CAFile: file(t, newCA(t, "another").pem())},
		"same name": {CAFile: file(t, newCA(t, "ca").pem())},
	} {
		err := wantRefused(t, mustNew(t, c), addr, "set kafka_tls_ca_file to the CA")
		var handshake *HandshakeError
		var verification *tls.CertificateVerificationError
		if !errors.As(err, &handshake) || handshake.Addr != addr || !errors.As(err, &verification) {
			t.Errorf("%s: error %#v", name, err)
		}
		if !strings.Contains(err.Error(), addr) {
			t.Errorf("%s: error %q does not name the server", name, err)
		}
	}
}

func TestHostName(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	elsewhere := issue(t, ca, "server", func(c *x509.Certificate) {
		c.DNSNames = []string{"a.example", "b.example"}
		c.IPAddresses = []net.IP{net.IPv4(192, 0, 2, 1)}
	})
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{elsewhere.chain()}})
	caFile := file(t, ca.pem())
	wantRefused(t, mustNew(t, Config{CAFile: caFile}), addr, "for a.example, b.example, 192.0.2.1:", "kafka_tls_server_name")
	wantRefused(t, mustNew(t, Config{CAFile: caFile, ServerName: "c.example"}), addr, "for a.example, b.example, 192.0.2.1:")
	for _, name := range []string{"a.example", "B.EXAMPLE", "192.0.2.1"} {
		mustGreet(t, mustNew(t, Config{CAFile: caFile, ServerName: name}), addr, "")
	}
}

func TestManyNamesOrNone(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	d := mustNew(t, Config{CAFile: file(t, ca.pem())})
	many := issue(t, ca, "server", func(c *x509.Certificate) { c.DNSNames = strings.Split("a b c d e f", " ") })
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{many.chain()}})
	wantRefused(t, d, addr, "for a, b, c, d, e, …:")
	none := issue(t, ca, "127.0.0.1", nil)
	addr = serveTLS(t, &tls.Config{Certificates: []tls.Certificate{none.chain()}})
	wantRefused(t, d, addr, "names no host")
}

func TestServerCertificateNotValidNow(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	d := mustNew(t, Config{CAFile: file(t, ca.pem())})
	for want, from := range map[string]time.Duration{"expired on": -48 * time.Hour, "check the clocks": 48 * time.Hour} {
		server := issue(t, ca, "server", func(c *x509.Certificate) {
			local(c)
			c.NotBefore, c.NotAfter = time.Now().Add(from), time.Now().Add(from+time.Hour)
		})
		wantRefused(t, d, serveTLS(t, &tls.Config{Certificates: []tls.Certificate{server.chain()}}), want, "CN=server")
	}
}

func TestInsecure(t *testing.T) {
	t.Parallel()
	server := issue(t, nil, "self", nil)
	addr := serveTLS(t, &tls.Config{Certificates: []tls.Certificate{server.chain()}})
	mustGreet(t, mustNew(t, Config{InsecureSkipVerify: true}), addr, "")
	wantRefused(t, mustNew(t, Config{}), addr)
}

// clientServers are servers that want client certificates of ca, by their version of TLS.
func clientServers(t *testing.T, ca *issued) map[string]string {
	t.Helper()
	servers := map[string]string{}
	for name, version := range map[string]uint16{"1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13} {
		servers[name] = serveTLS(t, &tls.Config{
			Certificates: []tls.Certificate{ca.server(t).chain()},
			ClientAuth:   tls.RequireAndVerifyClientCert, ClientCAs: ca.pool(),
			MinVersion: version, MaxVersion: version,
		})
	}
	return servers
}

func TestClientCertificate(t *testing.T) {
	t.Parallel()
	ca, stranger := newCA(t, "ca"), newCA(t, "stranger")
	caFile := file(t, ca.pem())
	dialer := func(issuer *issued, edit func(*x509.Certificate)) *Dialer {
		client := issue(t, issuer, "client", edit)
		path := file(t, client.pem(), client.keyPEM(t))
		return mustNew(t, Config{CAFile: caFile, CertFile: path, KeyFile: path})
	}
	expired := func(c *x509.Certificate) { c.NotBefore, c.NotAfter = c.NotBefore.Add(-time.Hour), c.NotBefore }
	const untrusted = "missing or not trusted by the server: set kafka_tls_cert_file and kafka_tls_key_file"
	for version, addr := range clientServers(t, ca) {
		mustGreet(t, dialer(ca, forClients), addr, "client")
		wantRefused(t, dialer(stranger, forClients), addr, untrusted)
		wantRefused(t, dialer(ca, local), addr, untrusted)
		wantRefused(t, dialer(ca, expired), addr, "client certificate has expired")
		missing := "the server wants a client certificate (set kafka_tls_cert_file and kafka_tls_key_file)"
		if version == "1.3" {
			missing = "the server wants a client certificate: set kafka_tls_cert_file and kafka_tls_key_file"
		}
		wantRefused(t, mustNew(t, Config{CAFile: caFile}), addr, missing)
	}
}

func TestClientCertificateWithIntermediate(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	between := issue(t, ca, "between", isCA)
	client := issue(t, between, "client", forClients)
	path := file(t, client.pem(), between.pem(), client.keyPEM(t))
	d := mustNew(t, Config{CAFile: file(t, ca.pem()), CertFile: path, KeyFile: path})
	for _, addr := range clientServers(t, ca) {
		mustGreet(t, d, addr, "client")
	}
}

func TestOldServer(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	d := mustNew(t, Config{CAFile: file(t, ca.pem())})
	addr := serveTLS(t, &tls.Config{
		Certificates: []tls.Certificate{ca.server(t).chain()},
		MinVersion:   tls.VersionTLS10, MaxVersion: tls.VersionTLS11,
	})
	wantRefused(t, d, addr, "does not speak TLS 1.2")

	hello := append([]byte{22, 3, 2, 0, 42, 2, 0, 0, 38, 3, 2}, make([]byte, 32)...) // a ServerHello of TLS 1.1
	hello = append(hello, 0, 0xc0, 0x13, 0)
	addr = serve(t, func(c net.Conn) error {
		_, err := c.Write(hello)
		_, _ = io.Copy(io.Discard, c)
		return err
	})
	wantRefused(t, d, addr, "does not speak TLS 1.2")
}

func TestNoTLS(t *testing.T) {
	t.Parallel()
	d := mustNew(t, Config{})
	for _, answer := range []string{"HTTP/1.1 400 Bad Request\r\n\r\n", "220 mail\r\n", "\x16", ""} {
		addr := serve(t, func(c net.Conn) error {
			if _, err := c.Read(make([]byte, 4096)); err != nil {
				return err
			}
			_, err := io.WriteString(c, answer)
			return err
		})
		wantRefused(t, d, addr, "may not speak TLS")
	}
}

func TestReset(t *testing.T) {
	t.Parallel()
	addr := serve(t, func(c net.Conn) error {
		_, err := c.Read(make([]byte, 1))
		return errors.Join(err, c.(*net.TCPConn).SetLinger(0))
	})
	wantRefused(t, mustNew(t, Config{}), addr, "may not speak TLS")
}

func TestSilentServer(t *testing.T) {
	t.Parallel()
	addr := serve(t, func(c net.Conn) error { _, err := io.Copy(io.Discard, c); return err })
	d := mustNew(t, Config{})
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	_, err := d.DialContext(ctx, "tcp", addr)
	if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(Hint(err, ""), "did not answer in time") {
		t.Errorf("error %v, hint %q", err, Hint(err, ""))
	}
	ctx, stop := context.WithCancel(context.Background())
	time.AfterFunc(20*time.Millisecond, stop)
	if _, err = d.DialContext(ctx, "tcp", addr); !errors.Is(err, context.Canceled) || Hint(err, "") != "" {
		t.Errorf("error %v, hint %q", err, Hint(err, ""))
	}
}

func TestBadAddresses(t *testing.T) {
	t.Parallel()
	d := mustNew(t, Config{})
	for _, addr := range []string{"", "host", ":9093", "127.0.0.1:0"} {
		if conn, err := d.DialContext(context.Background(), "tcp", addr); err == nil || conn != nil {
			t.Errorf("%q: %v, %v", addr, conn, err)
		} else if hint := Hint(err, ""); hint != "" {
			t.Errorf("%q: hint %q", addr, hint)
		}
	}
}

func TestHTTPClient(t *testing.T) {
	t.Parallel()
	ca := newCA(t, "ca")
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, "hello")
	}))
	server.TLS = &tls.Config{Certificates: []tls.Certificate{ca.server(t).chain()}}
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	defer server.Close()
	get := func(d *Dialer) (string, error) {
		client := http.Client{Transport: &http.Transport{DialTLSContext: d.DialContext}}
		defer client.CloseIdleConnections()
		response, err := client.Get(server.URL)
		if err != nil {
			return "", err
		}
		defer response.Body.Close()
		text, err := io.ReadAll(response.Body)
		return string(text), err
	}
	if text, err := get(mustNew(t, Config{CAFile: file(t, ca.pem())})); text != "hello" || err != nil {
		t.Errorf("got %q, %v", text, err)
	}
	if _, err := get(mustNew(t, Config{})); Hint(err, "elasticsearch_tls_") != "set elasticsearch_tls_ca_file to the CA that signed the server's certificate" {
		t.Errorf("error %v, hint %q", err, Hint(err, "elasticsearch_tls_"))
	}
}
