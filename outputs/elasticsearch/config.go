package elasticsearch

import (
	"encoding/base64"
	"log/slog"
	"strings"
	"time"

	"winevent/enrich"
	"winevent/outputs/secret"
	"winevent/outputs/tlsfiles"
)

// Config is how to reach a cluster and what to send it. See docs/options.md for
// what the options mean.
type Config struct {
	// URLs of the nodes; empty when CloudID is set.
	URLs    []string
	CloudID string
	// Flavor is one of Flavors.
	Flavor string
	// Index is a template over the document.
	Index *enrich.Template
	// RequireDataStream has the server refuse to make a plain index.
	RequireDataStream bool
	Pipeline          string
	// BulkBytes is the size of a bulk request before compression, Bulks how many
	// of one flush are under way at a time.
	BulkBytes      int64
	Bulks          int
	Gzip           bool
	RequestTimeout time.Duration
	Username       secret.Secret
	Password       secret.Secret
	APIKey         secret.Secret
	Token          secret.Secret
	TLSFiles       tlsfiles.Config
	// Log takes what a person should know. It must not be nil.
	Log *slog.Logger
}

// Flavors are the names of the servers that there are.
var Flavors = []string{"elasticsearch", "opensearch"}

// Attributes returns the templates of the attributes that Write needs of each document.
func (c *Config) Attributes() []*enrich.Template { return []*enrich.Template{c.Index} }

// encodedKey takes an API key as Kibana shows it: encoded, or as id:key.
func encodedKey(key string) string {
	if strings.Contains(key, ":") {
		return base64.StdEncoding.EncodeToString([]byte(key))
	}
	return key
}
