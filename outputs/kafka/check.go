package kafka

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/metadata"

	"winevent/outputs"
	"winevent/outputs/secret"
	"winevent/outputs/tlsfiles"
)

// Check finds out whether a cluster would take documents, and what is wrong if
// it would not. It writes no record and makes no topic. The findings name
// no secret. Check returns soon after ctx ends; c.Log is not used.
//
// The straight line:
//
//	checkFiles     what the configuration names on this machine
//	askAll         each broker of kafka_brokers: TCP, TLS, SASL, and how it sees the cluster
//	checkCluster   by the first that answers: advertised addresses, topics, producer id
func Check(ctx context.Context, c Config) []outputs.Finding {
	c.Log = slog.New(slog.DiscardHandler)
	if deadline, ok := ctx.Deadline(); ok {
		// The end of a single attempt says what hung; the end of ctx would not.
		c.RequestTimeout = min(c.RequestTimeout, time.Until(deadline)*9/10)
	}
	k := &checker{config: c}
	found := k.checkFiles()
	if found.Count(outputs.Fault) > 0 {
		return found // no connection could be made
	}
	return append(found, k.checkNetwork(ctx)...)
}

// checker checks one configuration.
type checker struct{ config Config }

// checkFiles looks at the files and variables that the configuration names.
func (k *checker) checkFiles() (found outputs.Findings) {
	c := &k.config
	if c.TLS {
		files := c.TLSFiles
		if files.InsecureSkipVerify {
			found.Warn("set kafka_tls_verify on", "the brokers' certificates are not verified: anyone in between can read and change what is sent")
			files.InsecureSkipVerify = false // said
		}
		secure, err := tlsfiles.New(files)
		if err != nil {
			found.Fault("correct what kafka_tls_ca_file, kafka_tls_cert_file and kafka_tls_key_file name", "TLS: %s", oneLine(err))
		} else {
			for _, warning := range secure.Warnings() {
				found.Warn("look after the files that kafka_tls_ca_file, kafka_tls_cert_file and kafka_tls_key_file name", "TLS: %s", warning)
			}
		}
	}
	if c.SASLMechanism == "none" {
		return found
	}
	for _, o := range []struct {
		key    string
		secret secret.Secret
	}{{"kafka_sasl_username", c.SASLUsername}, {"kafka_sasl_password", c.SASLPassword}} {
		if _, err := o.secret.Read(); err != nil {
			found.Fault("put it where "+o.key+" says, or correct "+o.key, "%s: %s", o.key, oneLine(err))
		}
	}
	if c.SASLMechanism == "plain" && !c.TLS {
		found.Warn("set kafka_tls on, with the port of a SASL_SSL listener", "the password is sent as it is: anyone in between can read it")
	}
	return found
}

// answer is what a broker says when it is asked for the cluster.
type answer struct {
	address string
	client  *client
	cluster *metadata.Response
	err     error
}

func (a *answer) close() {
	if a.client != nil {
		a.client.transport.CloseIdleConnections()
	}
}

// ask connects to one broker, authenticates and asks for the cluster.
func (k *checker) ask(ctx context.Context, address string) answer {
	one := k.config
	one.Brokers = []string{address}
	a := answer{address: address}
	if a.client, a.err = newClient(&one); a.err != nil {
		return a
	}
	// The library answers this request with what it learnt when it connected, or
	// with why it could not.
	m, err := a.client.transport.RoundTrip(ctx, a.client.brokers, &metadata.Request{})
	if a.err = err; err == nil {
		a.cluster, a.err = answerOf[metadata.Response](m)
	}
	return a
}

// askAll asks brokers at the same time. first gets the first good answer, or
// none when there is none; it is called while others are still open.
func (k *checker) askAll(ctx context.Context, addresses []string, first func(*answer)) []answer {
	asked := make([]answer, len(addresses))
	good := make(chan answer, len(addresses))
	var all sync.WaitGroup
	for i, address := range addresses {
		all.Go(func() {
			if asked[i] = k.ask(ctx, address); asked[i].err == nil {
				good <- asked[i]
			}
		})
	}
	go func() {
		all.Wait()
		close(good)
	}()
	if a, ok := <-good; ok {
		first(&a)
	}
	all.Wait()
	return asked
}

// checkNetwork looks at the brokers, and at the cluster by the first that answers.
func (k *checker) checkNetwork(ctx context.Context) []outputs.Finding {
	var rest outputs.Findings
	asked := k.askAll(ctx, k.config.Brokers, func(a *answer) { rest = k.checkCluster(ctx, a) })
	found := judgeBrokers(asked, k.config.security())
	for i := range asked {
		asked[i].close()
	}
	return append(found, rest...)
}

// security names how connections are secured.
func (c *Config) security() string {
	var parts []string
	if c.TLS {
		parts = append(parts, "TLS")
	}
	if c.SASLMechanism != "none" {
		parts = append(parts, strings.ToUpper(c.SASLMechanism))
	}
	return cmp.Or(strings.Join(parts, ", "), "no TLS, no SASL")
}

// judgeBrokers says which brokers of kafka_brokers can be used. One that cannot
// is a fault only when no other can.
func judgeBrokers(asked []answer, security string) (found outputs.Findings) {
	var clusters []string
	for i := range asked {
		if a := &asked[i]; a.err == nil && !slices.Contains(clusters, a.cluster.ClusterID) {
			clusters = append(clusters, a.cluster.ClusterID)
		}
	}
	for i := range asked {
		switch a := &asked[i]; {
		case a.err == nil:
			found.OK("broker %s answers (%s)", a.address, security)
		case len(clusters) > 0:
			found.Warn(remedy(a.err), "broker %s cannot be used, another is in its place: %s", a.address, oneLine(a.err))
		default:
			found.Fault(remedy(a.err), "broker %s cannot be used: %s", a.address, oneLine(a.err))
		}
	}
	if len(clusters) > 1 {
		found.Fault("write the brokers of one cluster only", "kafka_brokers are of different clusters: %s", strings.Join(clusters, ", "))
	}
	return found
}

// remedy says what to do about an error of a broker; it always knows something.
func remedy(err error) string {
	_, hint := decide(err)
	return cmp.Or(hint, "see the broker's log")
}

// checkCluster looks at the cluster that a broker has described.
func (k *checker) checkCluster(ctx context.Context, a *answer) (found outputs.Findings) {
	var advertised []outputs.Finding
	var all sync.WaitGroup
	all.Go(func() { advertised = k.checkAdvertised(ctx, a) })
	topics := k.checkTopics(ctx, a)
	found = append(topics, k.checkProducer(ctx, a, topics)...)
	all.Wait()
	return append(advertised, found...)
}

// checkAdvertised connects to the brokers by the addresses that they give to
// clients: those, not the ones in kafka_brokers, take the records.
func (k *checker) checkAdvertised(ctx context.Context, a *answer) []outputs.Finding {
	var addresses []string
	for _, b := range a.cluster.Brokers {
		if address := addressOf(b); address != a.address {
			addresses = append(addresses, address)
		}
	}
	failed := map[string]error{}
	for _, a := range k.askAll(ctx, addresses, func(*answer) {}) {
		if a.err != nil {
			failed[a.address] = a.err
		}
		a.close()
	}
	return judgeAdvertised(a.cluster, failed, k.config.Brokers)
}

func addressOf(b metadata.ResponseBroker) string {
	return net.JoinHostPort(b.Host, strconv.Itoa(int(b.Port)))
}

// judgeAdvertised says which brokers of a cluster cannot be reached by their
// advertised addresses, and why.
func judgeAdvertised(cluster *metadata.Response, failed map[string]error, configured []string) (found outputs.Findings) {
	for _, b := range cluster.Brokers {
		address := addressOf(b)
		err := failed[address]
		if err == nil {
			continue
		}
		fix := remedy(err)
		if !slices.Contains(configured, address) {
			fix = fmt.Sprintf("set advertised.listeners of broker %d to an address that this machine can use; or %s", b.NodeID, fix)
		}
		found.Fault(fix, "broker %d tells clients to use %s (advertised.listeners), which cannot be used from here: %s", b.NodeID, address, oneLine(err))
	}
	if len(found) == 0 {
		found.OK("cluster %s: %s, all usable by the addresses that they advertise", cluster.ClusterID, count(len(cluster.Brokers), "broker"))
	}
	return found
}

// checkProducer asks for what idempotent batches need.
func (k *checker) checkProducer(ctx context.Context, a *answer, topics outputs.Findings) (found outputs.Findings) {
	if !k.config.Idempotence {
		found.Warn("set kafka_idempotence on", "kafka_idempotence is off: a batch whose answer is lost is stored twice")
		return found
	}
	_, err := a.client.newProducer(ctx)
	var backoff outputs.Backoff
	for passing(err) && backoff.Wait(ctx, 0) {
		_, err = a.client.newProducer(ctx)
	}
	switch {
	case err == nil:
		found.OK("the brokers give a producer id: a batch that is sent again is stored once")
	case errors.Is(err, kafka.ClusterAuthorizationFailed) && topics.Count(outputs.Fault) > 0:
		found.Fault("allow the user to write to the topic first: since Kafka 2.8 that is enough", "the brokers give no producer id: %s", oneLine(err))
	default:
		found.Fault(remedy(err), "the brokers give no producer id: %s", oneLine(err))
	}
	return found
}

// passing tells whether a broker says that it needs a moment, as it does after its start.
func passing(err error) bool {
	var code kafka.Error
	return errors.As(err, &code) && code.Temporary()
}

// count is a number of things.
func count(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return fmt.Sprintf("%d %s", n, thing)
}

// called names things.
func called(names []string, thing string) string {
	if len(names) != 1 {
		thing += "s"
	}
	return thing + " " + list(names)
}

// list names the first few of many.
func list(names []string) string {
	const most = 5
	if rest := len(names) - most; rest > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), rest)
	}
	return strings.Join(names, ", ")
}

// oneLine is an error's text in one line.
func oneLine(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
