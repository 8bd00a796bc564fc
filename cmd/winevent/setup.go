package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"winevent/outputs"
	"winevent/outputs/elasticsearch"
	"winevent/outputs/elasticsearch/setup"
	"winevent/plugin/config"
	"winevent/version"
)

func newSetup(s streams) *cobra.Command {
	c := &cobra.Command{
		Use:   "setup",
		Short: "Put in place what a destination needs before documents come",
		Args:  cobra.NoArgs,
	}
	c.AddCommand(newSetupElasticsearch(s))
	return runs(c, func([]string) error {
		return usageErrorf("no destination given; winevent setup --help lists them")
	})
}

// setupOptions are the flags of setup elasticsearch.
type setupOptions struct {
	config string
	urls   []string
	// Flags that stand for options of a configuration, by the option's key.
	values map[string]*string

	dataset, lifecycle string
	namespaces         []string
	replicas           int
	failureStore       bool
	caseSensitive      bool
	insecure           bool
	force, dryRun      bool
	kibanaURL          string
	kibanaReplace      bool
	timeout            time.Duration
}

// connectionFlags are the flags that stand for options. A credential comes from
// a file: a command line can be seen by everybody on the machine.
var connectionFlags = []struct{ flag, key, prefix, usage string }{
	{"cloud-id", "elasticsearch_cloud_id", "", "the Cloud ID of a deployment, instead of --url"},
	{"flavor", "elasticsearch_flavor", "", "elasticsearch or opensearch, for --dry-run without a server; else it is found out"},
	{"username", "elasticsearch_username", "", "the user"},
	{"password-file", "elasticsearch_password", "file:", "the file that holds the user's password"},
	{"api-key-file", "elasticsearch_api_key", "file:", "the file that holds an API key, instead of a user"},
	{"ca-file", "elasticsearch_tls_ca_file", "", "certificates (PEM) of the authorities to trust instead of the system's"},
	{"ca-fingerprint", "elasticsearch_tls_ca_fingerprint", "", "the fingerprint (SHA-256) of the authority to trust"},
}

const setupHelp = `Put in place what Elasticsearch or OpenSearch needs before documents come: component
templates with the mapping and settings, the index template of the data streams, a
lifecycle policy and an ingest pipeline. Run it again at any time, also after an
update of winevent: what is as it should be stays, and so does what others own.

--config takes everything from a Fluent Bit configuration: its first output winevent
that goes to Elasticsearch. Credentials given here replace those of it: setting up
needs more rights than writing documents. docs/elasticsearch.md lists both.

Exit codes: 0 done (there may be warnings), 1 failed or not done, 2 wrong usage.`

func newSetupElasticsearch(s streams) *cobra.Command {
	o := setupOptions{values: map[string]*string{}}
	c := &cobra.Command{
		Use:     "elasticsearch (--config FILE | --url URL)",
		Aliases: []string{"opensearch"},
		Short:   "Put templates, lifecycle policy and ingest pipeline into Elasticsearch or OpenSearch",
		Long:    setupHelp,
		Example: `  winevent setup elasticsearch --config fluent-bit.yaml --username elastic --password-file secret
  winevent setup elasticsearch --url https://es1:9200 --api-key-file key --ca-file ca.pem --lifecycle 90d
  winevent setup elasticsearch --dry-run | jq -r '.[] | "\(.method) \(.path)\n\(.body)\n"'`,
		Args: cobra.NoArgs,
	}
	f := c.Flags()
	f.StringVar(&o.config, "config", "", "a Fluent Bit configuration (classic or YAML)")
	f.StringSliceVar(&o.urls, "url", nil, "the nodes, https://host:9200")
	for _, c := range connectionFlags {
		o.values[c.key] = f.String(c.flag, "", c.usage)
	}
	f.BoolVar(&o.insecure, "insecure", false, "accept any certificate: for tests only")
	f.StringVar(&o.dataset, "dataset", "", "the option dataset, without --config")
	f.StringSliceVar(&o.namespaces, "namespace", nil, "only the data streams of these namespaces (the option namespace); default all")
	f.StringVar(&o.lifecycle, "lifecycle", "", "delete events after this time, such as 90d; default never")
	f.BoolVar(&o.failureStore, "failure-store", false, "have Elasticsearch keep documents that it cannot index")
	f.IntVar(&o.replicas, "replicas", -1, "copies of each shard; default the server's")
	f.BoolVar(&o.caseSensitive, "case-sensitive", false, "do not fold case in the fields that detection rules compare")
	f.BoolVar(&o.force, "force", false, "win over index templates of others for the same data streams")
	f.StringVar(&o.kibanaURL, "kibana-url", "", "import the dashboards into this Kibana too, https://host:5601 (docs/kibana.md)")
	f.BoolVar(&o.kibanaReplace, "kibana-replace", false, "replace dashboards that are there, with all that was changed in them")
	f.BoolVar(&o.dryRun, "dry-run", false, "change nothing, print all requests as JSON; needs no server when none is given")
	f.DurationVar(&o.timeout, "timeout", time.Minute, "how long it may take")
	return runs(c, func([]string) error { return o.run(s) })
}

func (o *setupOptions) run(s streams) error {
	c, put, err := o.read()
	if err != nil {
		return err
	}
	if o.config == "" && !o.hasServer() {
		if !o.dryRun {
			return usageErrorf("--config or --url is missing: say which cluster to set up, or print with --dry-run what would be put in place")
		}
		return printRequests(s, setup.Plan(put, c.Elasticsearch.Flavor == "opensearch"))
	}
	api, err := elasticsearch.NewAPI(c.Elasticsearch)
	if err != nil {
		return &exitError{exitUsage, errors.New(o.flagged(err.Error()))}
	}
	defer api.Close()
	ctx, cancel := context.WithTimeout(context.Background(), o.timeout)
	defer cancel()
	report, requests, err := setup.Run(ctx, api, put, o.dryRun)
	if o.config != "" && c.Elasticsearch.Flavor == "elasticsearch" && strings.HasPrefix(report.Server, "OpenSearch") {
		report.Steps = append(report.Steps, setup.Step{Outcome: setup.Warning, What: "the configuration is for Elasticsearch, but this is OpenSearch",
			Fix: "set elasticsearch_flavor opensearch"})
	}
	if err == nil {
		err = o.importKibana(ctx, &c.Elasticsearch, put.Patterns, &report)
	}
	out := s.out
	if o.dryRun {
		out = s.err // requests alone go to the standard output
		if len(requests) > 0 && err == nil {
			if err := printRequests(s, requests); err != nil {
				return err
			}
		}
	}
	sheet := &sheet{screen: screenOf(out)}
	sheet.setup(api.Dest(), &report, o.dryRun)
	if _, writeErr := colourable(out).Write(sheet.Bytes()); writeErr != nil {
		return writeErr
	}
	return o.explained(err)
}

// explained adds to a failed request what may help.
func (o *setupOptions) explained(err error) error {
	if err == nil || errors.Is(err, setup.ErrConflict) {
		return err
	}
	if hint := elasticsearch.Hint(err); hint != "" {
		err = fmt.Errorf("%w: %s", err, hint)
	}
	return errors.New(o.flagged(err.Error()))
}

func (o *setupOptions) hasServer() bool {
	return len(o.urls) > 0 || *o.values["elasticsearch_cloud_id"] != ""
}

// read reads flags and configuration.
func (o *setupOptions) read() (config.Config, setup.Options, error) {
	put := setup.Options{
		Version: version.Version, Retention: o.lifecycle, FailureStore: o.failureStore, Replicas: o.replicas,
		CaseSensitive: o.caseSensitive, Force: o.force,
	}
	if o.timeout <= 0 {
		return config.Config{}, put, usageErrorf("--timeout %v: must be more than 0, such as 1m", o.timeout)
	}
	if err := o.checkKibana(); err != nil {
		return config.Config{}, put, err
	}
	if o.lifecycle != "" {
		if _, err := setup.ParseRetention(o.lifecycle); err != nil {
			return config.Config{}, put, usageErrorf("--lifecycle %w", err)
		}
	}
	configured, err := o.section()
	if err != nil {
		return config.Config{}, put, err
	}
	c, err := o.readConfig(configured)
	if err != nil {
		return c, put, err
	}
	// Whether these are data streams is not to be seen from the configuration of OpenSearch.
	switch strings.ToLower(configured.get("elasticsearch_data_stream")) {
	case "off", "false", "no", "0":
		put.PlainIndices = true
	}
	namespaces := o.namespaces
	if len(namespaces) == 0 && c.Namespace != "" {
		namespaces = []string{c.Namespace}
	}
	put.Patterns, err = setup.Patterns(c.Elasticsearch.Index.String(), c.Dataset, namespaces)
	if err != nil {
		return c, put, usageErrorf("elasticsearch_index: %w", err)
	}
	return c, put, nil
}

// section returns the section of the configuration that is about Elasticsearch; nil without --config.
func (o *setupOptions) section() (section, error) {
	if o.config == "" {
		return nil, nil
	}
	sections, err := readSections(o.config)
	if err != nil {
		return nil, usageErrorf("--config %s: %w", o.config, err)
	}
	for _, s := range sections {
		if strings.EqualFold(s.get("output"), "elasticsearch") {
			return s, nil
		}
	}
	return nil, usageErrorf("--config %s: no output winevent has output elasticsearch", o.config)
}

// readConfig reads the options, each from its flag or from the section.
func (o *setupOptions) readConfig(configured section) (config.Config, error) {
	flags := o.options()
	c, err := config.Read(func(key string) string {
		if value, found := flags[key]; found {
			return value
		}
		return configured.get(key)
	})
	if err := errors.Join(append([]error{err}, configured.unknown()...)...); err != nil {
		where := ""
		if o.config != "" {
			where = "--config " + o.config + ": output winevent:\n  "
		}
		return c, usageErrorf("%s%s", where, strings.ReplaceAll(o.flagged(err.Error()), "\n", "\n  "))
	}
	return c, nil
}

// options are those that flags stand for, whatever the configuration says.
func (o *setupOptions) options() map[string]string {
	set := map[string]string{"output": "elasticsearch"}
	for _, c := range connectionFlags {
		if value := *o.values[c.key]; value != "" {
			set[c.key] = c.prefix + value
		}
	}
	credentials := []string{"elasticsearch_username", "elasticsearch_password", "elasticsearch_api_key", "elasticsearch_token"}
	if slices.ContainsFunc(credentials, func(key string) bool { return set[key] != "" }) {
		for _, key := range credentials {
			if set[key] == "" {
				set[key] = "" // none of the configuration's may come between them
			}
		}
	}
	if o.hasServer() {
		set["elasticsearch_urls"] = strings.Join(o.urls, ",")
		set["elasticsearch_cloud_id"] = *o.values["elasticsearch_cloud_id"]
	} else if o.config == "" {
		set["elasticsearch_urls"] = "http://localhost:9200" // is not asked
	}
	if o.dataset != "" {
		set["dataset"] = o.dataset
	}
	if len(o.namespaces) == 1 {
		set["namespace"] = o.namespaces[0]
	}
	if o.insecure {
		set["elasticsearch_tls_verify"] = "off"
	}
	return set
}

// flagged names flags instead of options where there is no configuration.
func (o *setupOptions) flagged(text string) string {
	if o.config != "" {
		return text
	}
	pairs := []string{"elasticsearch_urls", "--url", "elasticsearch_tls_verify", "--insecure"}
	for _, c := range connectionFlags {
		pairs = append(pairs, c.key, "--"+c.flag)
	}
	return strings.NewReplacer(pairs...).Replace(text)
}

// printRequests prints requests as a JSON array.
func printRequests(s streams, requests []setup.Request) error {
	out := &sheet{screen: screenOf(s.out)}
	if err := appendJSON(&out.Buffer, requests, "  "); err != nil {
		return err
	}
	_, err := s.out.Write(out.Bytes())
	return err
}

// outcomeText is the column in which the texts of outcomes begin.
const outcomeText = findingIndent + 11

// setup writes what was done to a cluster, a line for each thing.
func (s *sheet) setup(dest string, r *setup.Report, dry bool) {
	title := strings.TrimSpace(r.Server + " " + strings.TrimPrefix(dest, "elasticsearch "))
	fmt.Fprintln(s, s.screen.paint.heading.Sprint(clean(title)))
	for _, step := range r.Steps {
		s.entry(outcomeText, levelOf(step.Outcome), string(step.Outcome), step.What, step.Fix)
	}
	fmt.Fprintln(s, totals(r, dry))
}

// levelOf says how much an outcome matters.
func levelOf(o setup.Outcome) outputs.Level {
	switch o {
	case setup.Conflict:
		return outputs.Fault
	case setup.Warning:
		return outputs.Warning
	default:
		return outputs.OK
	}
}

// totals is the last line.
func totals(r *setup.Report, dry bool) string {
	text := fmt.Sprintf("%d created, %d updated, %d unchanged (%s)", r.Count(setup.Created), r.Count(setup.Updated), r.Count(setup.Unchanged),
		counted(r.Count(setup.Warning), "warning"))
	if dry {
		return "Nothing was changed. It would be " + text
	}
	return text
}
