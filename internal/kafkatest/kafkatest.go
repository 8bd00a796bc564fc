//go:build unix

// Package kafkatest runs real Kafka brokers for tests and benchmarks:
//
//	cluster := kafkatest.Start(t, kafkatest.Options{Brokers: 3})
//	cluster.CreateTopic(t, "events", 6, 3, nil)
//	... write to cluster.Addr() ...
//	broker := cluster.Broker(cluster.Leader(t, "events", 0))
//	broker.Kill()
//	... broker.Start(), broker.Ready(ctx) ...
//	for _, m := range cluster.ReadAll(t, "events") { ... }
//
// It needs a JDK, and at the first run Maven and the network. Its own requests
// share no code with a client's connection pool: each goes to one known broker
// over a fresh connection, so no cached metadata can hide what the brokers say.
// No product package may import it.
package kafkatest

import (
	"cmp"
	"context"
	"fmt"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"winevent/internal/services"
)

// The users that brokers with SASL know.
const (
	PlainUser        = "alice" // PLAIN
	PlainPassword    = "alice-secret"
	ScramUser        = "carol"
	Scram256Password = "carol-secret" // SCRAM-SHA-256
	Scram512Password = "carol-512"    // SCRAM-SHA-512
)

// startTimeout is how long the brokers may take to be ready: long, for a machine that is busy.
const startTimeout = 90 * time.Second

// Options say what brokers to run. The zero value is one broker with one
// plaintext listener. Topics are not created automatically.
type Options struct {
	// Brokers is their number, 1 if zero. Several have a separate controller
	// process, so that each of them can be killed.
	Brokers int

	TLS  bool // adds a TLS listener, and one that asks for a client certificate
	SASL bool // adds a SASL listener; with TLS, one over TLS too

	// Authorizer checks rights. Who comes without SASL and without a client
	// certificate may do everything; users have no rights but those granted.
	Authorizer bool

	// Benchmark lets the JVM compile fully and gives it a larger heap, and leaves
	// Kafka's usual timeouts: a broker is faster, but its restart takes longer.
	Benchmark bool

	Heap       string            // of each broker, as in java -Xmx; "256m" if empty, "1g" with Benchmark
	Properties map[string]string // added to every node's properties, over what is there
}

// Cluster is a set of running brokers. The fields of Certificates are empty without Options.TLS.
type Cluster struct {
	services.Certificates

	serverFile string // the brokers' key, certificate and authority
	options    Options
	dir        string // of all nodes, the certificates and logs
	remove     func() // removes dir
	brokers    []*Broker
	controller *Broker // nil if the only broker is the controller too
	quorum     string  // controller.quorum.voters
}

// Start runs brokers until the test ends. It fails the test if they cannot run.
func Start(t testing.TB, o Options) *Cluster {
	t.Helper()
	c, err := Run(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Log(c.Logs())
		}
		c.Close()
	})
	return c
}

// Run runs brokers until Close, for a TestMain or for benchmarks that share them.
func Run(o Options) (*Cluster, error) {
	o.Brokers = max(o.Brokers, 1)
	java, err := findJava()
	if err != nil {
		return nil, err
	}
	dir, remove, err := services.WorkDir("kafka")
	if err != nil {
		return nil, err
	}
	c := &Cluster{options: o, dir: dir, remove: remove}
	if err := c.run(java); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

func (c *Cluster) run(java javaCommand) error {
	var err error
	if c.options.TLS {
		if c.Certificates, c.serverFile, err = writeCertificates(c.dir); err != nil {
			return err
		}
	}
	if err := c.addNodes(java); err != nil {
		return err
	}
	if err := c.format(java); err != nil {
		return err
	}
	for _, b := range c.nodes() {
		if err := b.Start(); err != nil {
			return err
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	for _, b := range c.brokers {
		if err := b.ready(ctx, c.options.Brokers); err != nil {
			return err
		}
	}
	return nil
}

// addNodes gives the nodes their ids and ports.
func (c *Cluster) addNodes(java javaCommand) error {
	listeners := c.listeners()
	n := c.options.Brokers
	ports, err := services.FreePorts(n*len(listeners) + 1)
	if err != nil {
		return err
	}
	controllerPort := ports[n*len(listeners)]
	for id := range n {
		b := &Broker{id: id, role: "broker", ports: map[string]int{}}
		for i, l := range listeners {
			b.ports[l.name] = ports[id*len(listeners)+i]
		}
		c.brokers = append(c.brokers, b)
	}
	control := c.brokers[0]
	if n > 1 {
		control = &Broker{id: n, role: "controller", ports: map[string]int{}}
		c.controller = control
	} else {
		control.role = "broker,controller"
	}
	control.ports[controllerListener] = controllerPort
	c.quorum = fmt.Sprintf("%d@%s", control.id, local(controllerPort))
	for _, b := range c.nodes() {
		b.java, b.flags = java, c.options.flags()
		b.dir = filepath.Join(c.dir, "node-"+strconv.Itoa(b.id))
	}
	return nil
}

// flags are those of the brokers' JVM.
func (o Options) flags() []string {
	if o.Benchmark {
		return []string{"-Xmx" + cmp.Or(o.Heap, "1g")}
	}
	// The first compiler alone makes the start faster.
	return []string{"-Xmx" + cmp.Or(o.Heap, "256m"), "-XX:TieredStopAtLevel=1"}
}

// nodes are all processes, the controller first.
func (c *Cluster) nodes() []*Broker {
	if c.controller == nil {
		return c.brokers
	}
	return append([]*Broker{c.controller}, c.brokers...)
}

// Close kills the brokers and removes their data.
func (c *Cluster) Close() {
	for _, b := range c.nodes() {
		b.Kill()
	}
	c.remove()
}

// Broker returns the broker with the id i, from 0.
func (c *Cluster) Broker(i int) *Broker { return c.brokers[i] }

// Logs is the end of each node's log.
func (c *Cluster) Logs() string {
	var all string
	for _, b := range c.nodes() {
		all += fmt.Sprintf("log of %s:\n%s\n", b, b.LogTail())
	}
	return all
}

// Addr is the first broker's plaintext address.
func (c *Cluster) Addr() string { return c.brokers[0].Addr() }

// Addrs are all brokers' plaintext addresses.
func (c *Cluster) Addrs() []string {
	var addrs []string
	for _, b := range c.brokers {
		addrs = append(addrs, b.Addr())
	}
	return addrs
}

// TLSAddr is the first broker's address for TLS.
func (c *Cluster) TLSAddr() string { return c.brokers[0].addr(tlsListener) }

// MTLSAddr is the first broker's address for TLS with a client certificate.
func (c *Cluster) MTLSAddr() string { return c.brokers[0].addr(mtlsListener) }

// SASLAddr is the first broker's address for SASL without TLS.
func (c *Cluster) SASLAddr() string { return c.brokers[0].addr(saslListener) }

// SASLTLSAddr is the first broker's address for SASL over TLS.
func (c *Cluster) SASLTLSAddr() string { return c.brokers[0].addr(saslTLSListener) }
