package main

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"winevent/kibana"
	"winevent/outputs/elasticsearch"
	"winevent/outputs/elasticsearch/setup"
	"winevent/outputs/tlsfiles"
)

// checkKibana looks at --kibana-url before anything is changed.
func (o *setupOptions) checkKibana() error {
	u, err := url.Parse(o.kibanaURL)
	switch {
	case o.kibanaURL == "" && o.kibanaReplace:
		return usageErrorf("--kibana-replace: set it together with --kibana-url")
	case o.kibanaURL == "":
		return nil
	case err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "":
		return usageErrorf("--kibana-url must be like https://kibana:5601, or with a space https://kibana:5601/s/NAME; no user in it")
	}
	return nil
}

// importKibana gives the dashboards to Kibana, with the credentials and
// certificates that are for the cluster.
func (o *setupOptions) importKibana(ctx context.Context, c *elasticsearch.Config, patterns []string, report *setup.Report) error {
	switch {
	case o.kibanaURL == "":
		return nil
	case strings.HasPrefix(report.Server, "OpenSearch"):
		report.Steps = append(report.Steps, setup.Step{Outcome: setup.Warning, What: "the dashboards are for Kibana: OpenSearch Dashboards cannot show them"})
		return nil
	case o.dryRun:
		report.Steps = append(report.Steps, setup.Step{Outcome: setup.Note, What: "the dashboards would be imported into Kibana"})
		return nil
	}
	secure, err := tlsfiles.New(c.TLSFiles)
	if err != nil {
		return err
	}
	transport := &http.Transport{Proxy: http.ProxyFromEnvironment, DialTLSContext: secure.DialContext}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: elasticsearch.Authorized(transport, c), CheckRedirect: noRedirect}
	steps, err := setup.Import(ctx, client, o.kibanaURL, kibana.For(patterns), o.kibanaReplace)
	report.Steps = append(report.Steps, steps...)
	return err
}

// noRedirect has a page for people, such as that to log in, be seen as what it is.
func noRedirect(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
