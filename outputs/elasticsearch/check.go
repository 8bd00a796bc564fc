package elasticsearch

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"sync"

	"github.com/tidwall/gjson"

	"winevent/outputs"
)

// Check finds out whether a cluster would take documents, and what is wrong if
// it would not. It writes nothing. The findings name no secret. c.Log is not used.
func Check(ctx context.Context, c Config) []outputs.Finding {
	var found outputs.Findings
	nodes := c.URLs
	if len(nodes) == 0 {
		nodes = []string{""} // the cloud's
	}
	errs := make([]error, len(nodes))
	var all sync.WaitGroup
	for i, url := range nodes {
		all.Go(func() { errs[i] = reachOne(ctx, c, url) })
	}
	all.Wait()
	reached := false
	for i, err := range errs {
		if err == nil {
			reached = true
			found.OK("%s answers and takes the credentials", nameOf(&c, nodes[i]))
		}
	}
	for i, err := range errs {
		switch {
		case err == nil:
		case reached:
			found.Warn(fixOf(err), "%s cannot be used, another is in its place: %v", nameOf(&c, nodes[i]), err)
		default:
			found.Fault(fixOf(err), "%s cannot be used: %v", nameOf(&c, nodes[i]), err)
		}
	}
	if reached && c.RequireDataStream {
		found = append(found, checkStream(ctx, c)...)
	}
	return found
}

func nameOf(c *Config, url string) string {
	if url == "" {
		return "cloud " + strings.SplitN(c.CloudID, ":", 2)[0]
	}
	return url
}

func fixOf(err error) string {
	_, hint, _ := decideError(err)
	return cmp.Or(hint, "start the node, correct elasticsearch_urls, or open the way to it (firewall)")
}

// reachOne asks one node.
func reachOne(ctx context.Context, c Config, url string) error {
	if url != "" {
		c.URLs = []string{url}
	}
	api, err := NewAPI(c)
	if err != nil {
		return err
	}
	defer api.Close()
	return api.client.reach(ctx)
}

// checkStream asks whether the index that documents go to would be a data
// stream. Where the name depends on the event, the Security channel's is asked for.
func checkStream(ctx context.Context, c Config) (found outputs.Findings) {
	name, literal := c.Index.Literal()
	if !literal {
		name = "logs-system.security-default"
	}
	api, err := NewAPI(c)
	if err != nil {
		return found
	}
	defer api.Close()
	index := string(appendIndexName(nil, []byte(name)))
	status, answer, err := api.Do(ctx, http.MethodPost, "/_index_template/_simulate_index/"+index, nil)
	switch {
	case err != nil:
		found.Fault(fixOf(err), "the template of %s cannot be asked for: %v", index, err)
	case status == http.StatusForbidden:
		found.OK("whether %s has a template is not known: the user may not ask (manage_index_templates)", index)
	case status == http.StatusNotFound, status == http.StatusOK && !gjson.GetBytes(answer, "template").Exists():
		found.Fault(templateHint, "no index template makes %s a data stream", index)
	case status == http.StatusOK:
		found.OK("%s has an index template", index)
	default:
		found.Warn("see the server's log", "the template of %s: %v", index, parseFailure(status, nil, answer))
	}
	return found
}
