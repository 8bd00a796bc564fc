package elasticsearch

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/elastic/go-elasticsearch/v8"
	"github.com/elastic/go-elasticsearch/v8/esapi"

	"winevent/outputs/tlsfiles"
)

// maxAnswer bounds how much of an answer is read, in bytes: some hundred for each document.
const maxAnswer = 64 << 20

// client speaks with the nodes, one after the other, and passes over those that
// do not answer. It is safe for concurrent use.
type client struct {
	es     *elasticsearch.Client
	config *Config
	http   *http.Transport
}

func newClient(c *Config) (*client, error) {
	files := c.TLSFiles
	files.Log = c.Log
	secure, err := tlsfiles.New(files)
	if err != nil {
		return nil, err
	}
	for _, warning := range secure.Warnings() {
		c.Log.Warn("elasticsearch: TLS", "warning", warning)
	}
	transport := &http.Transport{
		Proxy:                 http.ProxyFromEnvironment,
		DialTLSContext:        secure.DialContext,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       time.Minute,
		ResponseHeaderTimeout: c.RequestTimeout,
	}
	es, err := elasticsearch.NewClient(elasticsearch.Config{
		Addresses: c.URLs, CloudID: c.CloudID,
		Transport: flavored(Authorized(transport, c), c.Flavor),
		// Attempts are counted and spaced here, where the deadline of a flush is known.
		DisableRetry: true,
	})
	if err != nil {
		return nil, err
	}
	return &client{es: es, config: c, http: transport}, nil
}

// bulk sends a bulk request of n documents and returns the answer for each. An
// error is a *result when the server answered for the request as a whole.
func (c *client) bulk(ctx context.Context, body []byte, n int) ([]result, error) {
	ctx, cancel := context.WithTimeout(ctx, c.config.RequestTimeout)
	defer cancel()
	req := esapi.BulkRequest{
		Body: bytes.NewReader(body), FilterPath: filterPath, Pipeline: c.config.Pipeline,
		Header: http.Header{"Content-Type": {"application/x-ndjson"}},
	}
	if c.config.Gzip {
		req.Header.Set("Content-Encoding", "gzip")
	}
	if c.config.RequireDataStream {
		yes := true
		req.RequireDataStream = &yes
	}
	res, err := req.Do(ctx, c.es)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close() //nolint:errcheck // it was read
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	switch {
	case err != nil:
		return nil, err
	case res.IsError():
		return nil, parseFailure(res.StatusCode, res.Header, answer)
	}
	return parseItems(answer, n)
}

// dest names the cluster in messages; URLs may hold no credentials.
func (c *client) dest() string {
	if c.config.CloudID != "" {
		name, _, _ := strings.Cut(c.config.CloudID, ":")
		return "elasticsearch cloud " + name
	}
	return fmt.Sprintf("elasticsearch %s", strings.Join(c.config.URLs, " "))
}
