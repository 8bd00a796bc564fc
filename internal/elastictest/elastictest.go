//go:build unix

// Package elastictest runs real Elasticsearch and OpenSearch nodes for tests and
// benchmarks:
//
//	node := elastictest.Start(t, elastictest.Options{})
//	node.Do(t, "PUT", "/_index_template/logs", `{...}`)
//	... write to node.URL() ...
//	node.Kill()
//	... node.Start(), node.Ready(ctx) ...
//	if got := node.Count(t, "logs-app-default"); got != want { ... }
//
// It needs a JDK, and at the first run Maven and the network. What it runs are the
// small distributions that the products' own integration tests use. Elasticsearch's
// has no ILM, no data stream API, no ES|QL, no scripts and no ingest processors; its
// GET / answers 405. A data stream is made there by a bulk request under a template
// and cannot be deleted. OpenSearch's has no security. No product package may
// import this one.
package elastictest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"winevent/internal/services"
)

// startTimeout is how long a node may take to be ready: long, for a machine that is busy.
const startTimeout = 2 * time.Minute

// Options say what node to run. The zero value is Elasticsearch without security.
type Options struct {
	OpenSearch bool // instead of Elasticsearch

	// Security turns on TLS, users and their rights; only for Elasticsearch.
	Security bool

	// Benchmark leaves the JVM as the product comes: it is faster, but takes
	// longer to start and needs more memory.
	Benchmark bool

	Heap     string            // as in java -Xmx; "512m" if empty, "1g" with Benchmark
	Settings map[string]string // added to the node's yml, over what is there; values are YAML
}

// Node is a cluster of one node. The fields of Certificates are empty without Options.Security.
type Node struct {
	services.Certificates

	options       Options
	product       product
	jdk           jdk
	home          string // of the unpacked distribution
	dir           string // of this node's configuration, data and log
	remove        func() // removes dir
	port          int
	transportPort int
	client        *http.Client

	mu      sync.Mutex
	process *services.Process // that was started last, nil if there was none
}

// Start runs a node until the test ends. It fails the test if it cannot run.
func Start(t testing.TB, o Options) *Node {
	t.Helper()
	n, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("log of %s:\n%s", n, n.LogTail())
		}
		n.Close()
	})
	return n
}

// Run runs a node until Close, for a TestMain or for benchmarks that share it.
func Run(o Options) (*Node, error) {
	if o.OpenSearch && o.Security {
		return nil, errors.New("elastictest: this OpenSearch has no security")
	}
	n := &Node{options: o, product: o.product(), remove: func() {}}
	if err := n.run(); err != nil {
		n.Close()
		return nil, err
	}
	return n, nil
}

func (n *Node) run() error {
	if err := n.install(); err != nil {
		return err
	}
	ports, err := services.FreePorts(2)
	if err != nil {
		return err
	}
	n.port, n.transportPort = ports[0], ports[1]
	if err := n.writeFolder(); err != nil {
		return err
	}
	if n.client, err = newClient(n.Certificates); err != nil {
		return err
	}
	if err := n.Start(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	return n.Ready(ctx)
}

// install finds or makes the home and a folder for this node.
func (n *Node) install() error {
	var err error
	if n.jdk, err = findJDK(n.product); err != nil {
		return err
	}
	cache, err := cacheDir()
	if err != nil {
		return err
	}
	if n.home, err = n.product.home(cache, n.jdk); err != nil {
		return err
	}
	n.dir, n.remove, err = services.WorkDirIn(cache, n.product.name)
	return err
}

// Close kills the node and removes its data.
func (n *Node) Close() {
	n.Kill()
	n.remove()
}

// URL is the node's address, like http://127.0.0.1:21234, or https with Options.Security.
func (n *Node) URL() string {
	scheme := "http"
	if n.options.Security {
		scheme = "https"
	}
	return scheme + "://" + n.Addr()
}

// Addr is the host and port of URL.
func (n *Node) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(n.port)) }

// String is "elasticsearch at http://127.0.0.1:21234".
func (n *Node) String() string { return n.product.name + " at " + n.URL() }

func (n *Node) config() string          { return n.file("config") }
func (n *Node) file(name string) string { return filepath.Join(n.dir, name) }
