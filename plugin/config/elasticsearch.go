package config

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"time"

	"winevent/outputs/elasticsearch"
	"winevent/outputs/secret"
)

// defaultIndex is the data stream that Elastic's conventions have for a document.
const defaultIndex = "{{data_stream.type}}-{{data_stream.dataset}}-{{data_stream.namespace}}"

var elasticsearchOptions = []Option{
	{Key: "elasticsearch_urls", Type: "URLs, separated by commas",
		Doc: "output elasticsearch: the nodes, https://host:9200. Requests go to one after the other; a node that does not answer is passed over.",
		set: func(c *Config, v string) error { return urls(&c.Elasticsearch.URLs, v) }},
	{Key: "elasticsearch_cloud_id", Type: "text",
		Doc: "output elasticsearch: the Cloud ID of a deployment, instead of elasticsearch_urls.",
		set: func(c *Config, v string) error { c.Elasticsearch.CloudID = v; return nil }},
	{Key: "elasticsearch_flavor", Type: orList(elasticsearch.Flavors), Default: "elasticsearch",
		Doc: "output elasticsearch: which server it is. For OpenSearch, require_data_stream is left out of requests, which it does not know.",
		set: func(c *Config, v string) error {
			return oneOf(&c.Elasticsearch.Flavor, v, elasticsearch.Flavors)
		}},
	{Key: "elasticsearch_index", Type: "text with {{field}}", Default: defaultIndex,
		Doc: "output elasticsearch: the data stream or index. Characters that are not allowed become underlines. A name logs-DATASET-NAMESPACE without fields sets dataset and namespace too, so that the documents agree with it.",
		set: func(c *Config, v string) error { return template(&c.Elasticsearch.Index, v, "unknown") }},
	{Key: "elasticsearch_data_stream", Type: "on or off", Default: "on",
		Doc: "output elasticsearch: off for plain indices and aliases. On has Elasticsearch refuse to make a plain index where the template of the data stream is missing.",
		set: func(c *Config, v string) error { return boolean(&c.Elasticsearch.RequireDataStream, v) }},
	{Key: "elasticsearch_pipeline", Type: "text",
		Doc: "output elasticsearch: an ingest pipeline to use instead of the index's default.",
		set: func(c *Config, v string) error { c.Elasticsearch.Pipeline = v; return nil }},
	{Key: "elasticsearch_bulk_bytes", Type: "size", Default: "5M",
		Doc: "output elasticsearch: how large bulk requests get, before compression. One that the server finds too large is sent in halves.",
		set: func(c *Config, v string) error {
			return sizeFrom(&c.Elasticsearch.BulkBytes, v, 10_000, 100<<20)
		}},
	{Key: "elasticsearch_bulks", Type: "number", Default: "2",
		Doc: "output elasticsearch: how many bulk requests of one flush are under way at the same time.",
		set: func(c *Config, v string) error { return number(&c.Elasticsearch.Bulks, v, 1, 64) }},
	{Key: "elasticsearch_gzip", Type: "on or off", Default: "on",
		Doc: "output elasticsearch: compresses requests.",
		set: func(c *Config, v string) error { return boolean(&c.Elasticsearch.Gzip, v) }},
	{Key: "elasticsearch_request_timeout", Type: "duration", Default: "30s",
		Doc: "output elasticsearch: how long one request may take. Within flush_timeout it is then made again.",
		set: func(c *Config, v string) error {
			return duration(&c.Elasticsearch.RequestTimeout, v, 100*time.Millisecond, 10*time.Minute)
		}},
	{Key: "elasticsearch_username", Type: referenceType,
		Doc: "output elasticsearch: the user.",
		set: func(c *Config, v string) (err error) { c.Elasticsearch.Username, err = secret.Parse(v); return err }},
	{Key: "elasticsearch_password", Type: referenceType, Secret: true,
		Doc: "output elasticsearch: the password: itself, or the file or environment variable that holds it. A file is read again for each request.",
		set: func(c *Config, v string) (err error) { c.Elasticsearch.Password, err = secret.Parse(v); return err }},
	{Key: "elasticsearch_api_key", Type: referenceType, Secret: true,
		Doc: "output elasticsearch: an API key, encoded or as id:key, instead of a user.",
		set: func(c *Config, v string) (err error) { c.Elasticsearch.APIKey, err = secret.Parse(v); return err }},
	{Key: "elasticsearch_token", Type: referenceType, Secret: true,
		Doc: "output elasticsearch: a bearer token, such as a service account's, instead of a user.",
		set: func(c *Config, v string) (err error) { c.Elasticsearch.Token, err = secret.Parse(v); return err }},
	{Key: "elasticsearch_tls_ca_file", Type: "path",
		Doc: "output elasticsearch: certificates (PEM) of the authorities to trust instead of the system's. Like the other files, it is read again when it has changed.",
		set: func(c *Config, v string) error { c.Elasticsearch.TLSFiles.CAFile = v; return nil }},
	{Key: "elasticsearch_tls_ca_fingerprint", Type: "SHA-256 in hex",
		Doc: "output elasticsearch: the fingerprint of the authority to trust, as Elasticsearch prints it at its first start.",
		set: func(c *Config, v string) error { c.Elasticsearch.TLSFiles.CAFingerprint = v; return nil }},
	{Key: "elasticsearch_tls_cert_file", Type: "path",
		Doc: "output elasticsearch: the client's certificate (PEM), for servers that ask for one.",
		set: func(c *Config, v string) error { c.Elasticsearch.TLSFiles.CertFile = v; return nil }},
	{Key: "elasticsearch_tls_key_file", Type: "path",
		Doc: "output elasticsearch: the key (PEM) to elasticsearch_tls_cert_file.",
		set: func(c *Config, v string) error { c.Elasticsearch.TLSFiles.KeyFile = v; return nil }},
	{Key: "elasticsearch_tls_server_name", Type: "host name",
		Doc: "output elasticsearch: the name that the certificates are for, where it is not the name in elasticsearch_urls.",
		set: func(c *Config, v string) error { c.Elasticsearch.TLSFiles.ServerName = v; return nil }},
	{Key: "elasticsearch_tls_verify", Type: "on or off", Default: "on",
		Doc: "output elasticsearch: off accepts any certificate, and so anybody in between. For tests only.",
		set: func(c *Config, v string) error {
			return inverted(&c.Elasticsearch.TLSFiles.InsecureSkipVerify, v)
		}},
}

var elasticsearchMistakes = []mistake{
	{"elasticsearch_url", "write elasticsearch_urls"},
	{"elasticsearch_hosts", "write elasticsearch_urls"},
	{"urls", "write elasticsearch_urls"},
	{"hosts", "write elasticsearch_urls"},
	{"api_key", "write elasticsearch_api_key"},
}

// checkElasticsearch looks at the options of Elasticsearch together.
func (c *Config) checkElasticsearch() (faults []error) {
	e := &c.Elasticsearch
	add := func(key, value, fix string) { faults = append(faults, &Fault{key, value, fix}) }
	if (len(e.URLs) == 0) == (e.CloudID == "") {
		add("elasticsearch_urls", strings.Join(e.URLs, ","), "set it to the nodes (https://host:9200, …), or elasticsearch_cloud_id: output elasticsearch needs one of them")
	}
	if e.Username.Set() != e.Password.Set() {
		add("elasticsearch_username", e.Username.String(), "set it together with elasticsearch_password")
	}
	ways := 0
	for _, s := range []secret.Secret{e.Username, e.APIKey, e.Token} {
		if s.Set() {
			ways++
		}
	}
	if ways > 1 {
		add("elasticsearch_api_key", e.APIKey.String(), "set only one of elasticsearch_username, elasticsearch_api_key and elasticsearch_token")
	}
	if (e.TLSFiles.CertFile == "") != (e.TLSFiles.KeyFile == "") {
		add("elasticsearch_tls_cert_file", e.TLSFiles.CertFile, "set it together with elasticsearch_tls_key_file")
	}
	if e.Flavor == "opensearch" {
		e.RequireDataStream = false
	}
	return append(faults, c.agree()...)
}

// dataStream is logs-DATASET-NAMESPACE.
var dataStream = regexp.MustCompile(`^logs-([^-]+)-(.+)$`)

// agree has the documents' data_stream fields say what the index's name says:
// Elastic's own templates for logs-*-* refuse documents that do not.
func (c *Config) agree() []error {
	index := c.Elasticsearch.Index
	if index == nil || index.String() == defaultIndex {
		return nil
	}
	name, literal := index.Literal()
	if !literal {
		if strings.HasPrefix(index.String(), "logs-") {
			return []error{&Fault{"elasticsearch_index", index.String(), "use the options dataset and namespace, or a name that does not begin with logs-"}}
		}
		return nil
	}
	m := dataStream.FindStringSubmatch(name)
	if m == nil {
		return nil
	}
	for _, o := range []struct {
		key string
		dst *string
		is  string
	}{{"dataset", &c.Dataset, m[1]}, {"namespace", &c.Namespace, m[2]}} {
		if *o.dst != "" && *o.dst != o.is {
			return []error{&Fault{o.key, *o.dst, fmt.Sprintf("elasticsearch_index says %q: make them the same, or remove one", o.is)}}
		}
		*o.dst = o.is
	}
	return nil
}

func urls(dst *[]string, v string) error {
	for _, part := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' }) {
		u, err := url.Parse(part)
		switch {
		case err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https":
			return errors.New("must be URLs such as https://host:9200")
		case u.User != nil:
			return errors.New("must not hold credentials: set elasticsearch_username and elasticsearch_password")
		}
		if u.Port() == "" {
			u.Host += ":9200"
		}
		*dst = append(*dst, strings.TrimSuffix(u.String(), "/"))
	}
	return nil
}

// streamName reads a part of a data stream's name.
func streamName(dst *string, v string) error {
	if v != strings.ToLower(v) || strings.ContainsAny(v, "\\/*?\"<>|,#:- ") || len(v) > 100 {
		return errors.New(`must be lower case, at most 100 bytes, without blanks, hyphens and any of \ / * ? " < > | , # : inside`)
	}
	*dst = v
	return nil
}
