package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/spf13/cobra"
)

type healthOptions struct {
	url     string
	timeout time.Duration
}

func newHealth(s streams) *cobra.Command {
	var o healthOptions
	c := &cobra.Command{
		Use:   "health",
		Short: "Ask a running Fluent Bit whether it is healthy, for probes where there is no shell",
		Long: `Ask a running Fluent Bit whether it is healthy, for probes where there is no
shell and no curl. Its configuration needs http_server on and health_check on;
what counts as healthy, Fluent Bit's hc_errors_count, hc_retry_failure_count and
hc_period say.

Exit codes: 0 it is healthy, 1 it is not or does not answer, 2 wrong usage.`,
		Example: `  winevent health
  winevent health --url http://127.0.0.1:2021/api/v1/health --timeout 5s`,
		Args: cobra.NoArgs,
	}
	c.Flags().StringVar(&o.url, "url", "http://127.0.0.1:2020/api/v1/health", "where Fluent Bit answers")
	c.Flags().DurationVar(&o.timeout, "timeout", 3*time.Second, "how long to wait for the answer")
	return runs(c, func([]string) error { return o.run(s) })
}

func (o *healthOptions) run(s streams) error {
	if o.timeout <= 0 {
		return usageErrorf("--timeout %v: must be more than 0, such as 3s", o.timeout)
	}
	ctx, cancel := context.WithTimeout(context.Background(), o.timeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, o.url, nil)
	if err != nil {
		return usageErrorf("--url: %w", err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return fmt.Errorf("no answer; is it running, with http_server on? %w", err)
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 200))
	switch {
	case response.StatusCode == http.StatusNotFound:
		return errors.New("its health is not known; set health_check on")
	case response.StatusCode != http.StatusOK:
		return fmt.Errorf("not healthy: %s: %s; its log says why", response.Status, clean(string(bytes.TrimSpace(text))))
	case err != nil:
		return err
	}
	_, err = fmt.Fprintln(s.out, "healthy")
	return err
}
