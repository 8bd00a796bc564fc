package elasticsearch

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/elastic/go-elasticsearch/v8/esapi"

	"winevent/outputs"
)

// startTimeout bounds how long a start waits for a cluster that does not answer.
const startTimeout = 3 * time.Second

// look finds out at start whether the cluster can be reached, to say so.
func (o *Output) look() {
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	if err := o.client.reach(ctx); err != nil {
		_, hint, _ := decideError(err)
		o.config.Log.Warn("elasticsearch: not ready at start; chunks are kept until it is",
			outputs.Attrs(slog.String("dest", o.client.dest()), slog.Any("error", err), slog.String("hint", hint))...)
	}
}

// reach returns nil when a node answers and takes the credentials. The user
// need not have the right to ask what is asked.
func (c *client) reach(ctx context.Context) error {
	res, err := esapi.InfoRequest{}.Do(ctx, c.es)
	if err != nil {
		return err
	}
	defer res.Body.Close() //nolint:errcheck // it was read
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer))
	if err != nil {
		return err
	}
	if res.StatusCode == http.StatusUnauthorized || res.StatusCode >= 500 {
		return parseFailure(res.StatusCode, res.Header, answer)
	}
	return nil
}
