//go:build unix

package elastictest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"
	"time"

	"winevent/internal/services"
)

const requestTimeout = time.Minute

// newClient makes a client that opens a connection for each request: one of before
// a restart would fail.
func newClient(files services.Certificates) (*http.Client, error) {
	transport := &http.Transport{DisableKeepAlives: true}
	client := &http.Client{Transport: transport}
	if files.CAFile == "" {
		return client, nil
	}
	ca, err := os.ReadFile(files.CAFile)
	if err != nil {
		return client, err
	}
	// The node may demand a client certificate.
	pair, err := tls.LoadX509KeyPair(files.ClientCertFile, files.ClientKeyFile)
	if err != nil {
		return client, err
	}
	transport.TLSClientConfig = &tls.Config{RootCAs: x509.NewCertPool(), Certificates: []tls.Certificate{pair}}
	transport.TLSClientConfig.RootCAs.AppendCertsFromPEM(ca)
	return client, nil
}

// request sends a request and reads the answer. An empty authorization sends none.
func (n *Node) request(ctx context.Context, method, path, body, authorization string) (status int, response []byte, err error) {
	request, err := http.NewRequestWithContext(ctx, method, n.URL()+path, strings.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if authorization != "" && n.options.Security {
		request.Header.Set("Authorization", authorization)
	}
	answer, err := n.client.Do(request)
	if err != nil {
		return 0, nil, err
	}
	defer answer.Body.Close()
	response, err = io.ReadAll(answer.Body)
	return answer.StatusCode, response, err
}

// Do sends a request, as the superuser if there is security, and returns the
// answer whatever its status. The body is JSON, or lines of it for a bulk request.
// No answer fails the test.
func (n *Node) Do(t testing.TB, method, path, body string) (status int, response []byte) {
	t.Helper()
	return n.DoAs(t, superuser, method, path, body)
}

// DoAs is Do with an Authorization header, or without one if that is empty. See
// Basic, APIKey.Authorization and ServiceToken.
func (n *Node) DoAs(t testing.TB, authorization, method, path, body string) (status int, response []byte) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), requestTimeout)
	defer cancel()
	status, response, err := n.request(ctx, method, path, body, authorization)
	if err != nil {
		t.Fatal(err)
	}
	return status, response
}

// MustDo is Do that fails the test unless the status is 200 or 201.
func (n *Node) MustDo(t testing.TB, method, path, body string) []byte {
	t.Helper()
	status, response := n.Do(t, method, path, body)
	if status != http.StatusOK && status != http.StatusCreated {
		t.Fatalf("%s %s: %d: %s", method, path, status, response)
	}
	return response
}

// ask is MustDo with the answer's JSON decoded.
func ask[Answer any](t testing.TB, n *Node, method, path, body string) Answer {
	t.Helper()
	var answer Answer
	response := n.MustDo(t, method, path, body)
	if err := json.Unmarshal(response, &answer); err != nil {
		t.Fatal(fmt.Errorf("%s %s: %w: %s", method, path, err, response))
	}
	return answer
}
