package elasticsearch

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"

	"winevent/outputs/secret"
)

// API makes single requests, with the nodes, credentials and TLS files of a
// Config. It is for what happens once, such as setting a cluster up; documents
// go through Output. It is safe for concurrent use.
type API struct{ client *client }

// NewAPI makes an API. Of the Config it needs what is about the connection. The
// error is about the configuration.
func NewAPI(c Config) (*API, error) {
	// Which server it is shall be found out here, not refused by the client library.
	c.Flavor = "opensearch"
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	client, err := newClient(&c)
	if err != nil {
		return nil, err
	}
	return &API{client}, nil
}

// Do makes one request and returns what the server answered, whatever its
// status. A node that cannot be reached is passed over. body may be nil.
func (a *API) Do(ctx context.Context, method, path string, body []byte) (status int, answer []byte, err error) {
	for range max(1, len(a.client.config.URLs)) {
		status, answer, err = a.do(ctx, method, path, body)
		if err == nil || ctx.Err() != nil || errors.Is(err, secret.ErrUnreadable) {
			break
		}
	}
	return status, answer, err
}

func (a *API) do(ctx context.Context, method, path string, body []byte) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, a.client.config.RequestTimeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	res, err := a.client.es.Perform(req)
	if err != nil {
		return 0, nil, err
	}
	defer res.Body.Close() //nolint:errcheck // it was read
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	return res.StatusCode, answer, err
}

// Dest names the cluster in messages.
func (a *API) Dest() string { return a.client.dest() }

// Close closes what connections are open.
func (a *API) Close() { a.client.http.CloseIdleConnections() }

// Hint says what may help when requests fail with err; empty when that is not
// known. What it names are options of the configuration.
func Hint(err error) string { return waitHint(err) }
