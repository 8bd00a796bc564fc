//go:build unix

package kafkatest

import (
	"fmt"
	"maps"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The names of the listeners.
const (
	plainListener      = "PLAINTEXT"
	controllerListener = "CONTROLLER"
	tlsListener        = "TLS"
	mtlsListener       = "MTLS"
	saslListener       = "SASL"
	saslTLSListener    = "SASLTLS"
)

type listener struct{ name, protocol string }

// listeners are those of each broker, without the controller's.
func (c *Cluster) listeners() []listener {
	all := []listener{{plainListener, "PLAINTEXT"}}
	if c.options.TLS {
		all = append(all, listener{tlsListener, "SSL"}, listener{mtlsListener, "SSL"})
	}
	if c.options.SASL {
		all = append(all, listener{saslListener, "SASL_PLAINTEXT"})
	}
	if c.options.TLS && c.options.SASL {
		all = append(all, listener{saslTLSListener, "SASL_SSL"})
	}
	return all
}

// properties are a node's whole configuration.
func (c *Cluster) properties(b *Broker) map[string]string {
	copies := strconv.Itoa(min(c.options.Brokers, 3))
	p := map[string]string{
		"process.roles":             b.role,
		"node.id":                   strconv.Itoa(b.id),
		"controller.quorum.voters":  c.quorum,
		"controller.listener.names": controllerListener,
		"log.dirs":                  b.data(),

		"auto.create.topics.enable":                "false",
		"group.initial.rebalance.delay.ms":         "0",
		"offsets.topic.num.partitions":             "1",
		"offsets.topic.replication.factor":         copies,
		"transaction.state.log.num.partitions":     "1",
		"transaction.state.log.replication.factor": copies,
		"transaction.state.log.min.isr":            "1",

		// The usual buffer of 128 MiB would need a heap of that size for nothing.
		"log.cleaner.dedupe.buffer.size": "2097152",
	}
	if !c.options.Benchmark {
		p["num.network.threads"] = "2"
		p["num.io.threads"] = "2"
		p["background.threads"] = "2"
		// A killed broker is gone after this time, and may come back only then.
		p["broker.session.timeout.ms"] = "1000"
		p["broker.heartbeat.interval.ms"] = "200"
	}
	c.addListeners(p, b)
	c.addSecurity(p)
	maps.Copy(p, c.options.Properties)
	return p
}

func (c *Cluster) addListeners(p map[string]string, b *Broker) {
	var listeners, advertised []string
	protocols := []string{controllerListener + ":PLAINTEXT"}
	if port, ok := b.ports[controllerListener]; ok {
		listeners = append(listeners, controllerListener+"://"+local(port))
	}
	for _, l := range c.listeners() {
		protocols = append(protocols, l.name+":"+l.protocol)
		if port, ok := b.ports[l.name]; ok {
			advertised = append(advertised, l.name+"://"+local(port))
		}
	}
	p["listener.security.protocol.map"] = strings.Join(protocols, ",")
	p["listeners"] = strings.Join(append(listeners, advertised...), ",")
	if len(advertised) > 0 {
		p["advertised.listeners"] = strings.Join(advertised, ",")
		p["inter.broker.listener.name"] = plainListener
	}
}

func (c *Cluster) addSecurity(p map[string]string) {
	if c.options.TLS {
		p["ssl.keystore.type"] = "PEM"
		p["ssl.keystore.location"] = c.serverFile
		p["ssl.truststore.type"] = "PEM"
		p["ssl.truststore.location"] = c.CAFile
		p["listener.name.mtls.ssl.client.auth"] = "required"
	}
	if c.options.SASL {
		p["sasl.enabled.mechanisms"] = "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512"
		for _, name := range []string{saslListener, saslTLSListener} {
			prefix := "listener.name." + strings.ToLower(name)
			p[prefix+".plain.sasl.jaas.config"] = fmt.Sprintf(
				"org.apache.kafka.common.security.plain.PlainLoginModule required user_%s=%q;", PlainUser, PlainPassword)
			for _, mechanism := range []string{"scram-sha-256", "scram-sha-512"} {
				p[prefix+"."+mechanism+".sasl.jaas.config"] =
					"org.apache.kafka.common.security.scram.ScramLoginModule required;"
			}
		}
	}
	if c.options.Authorizer {
		p["authorizer.class.name"] = "org.apache.kafka.metadata.authorizer.StandardAuthorizer"
		p["super.users"] = "User:ANONYMOUS" // the brokers themselves too
	}
}

func writeProperties(file string, properties map[string]string) error {
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		return err
	}
	escape := strings.NewReplacer(`\`, `\\`, "\n", `\n`)
	var text strings.Builder
	for _, key := range slices.Sorted(maps.Keys(properties)) {
		fmt.Fprintf(&text, "%s=%s\n", key, escape.Replace(properties[key]))
	}
	return os.WriteFile(file, []byte(text.String()), 0o644)
}

func local(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }
