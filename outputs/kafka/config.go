package kafka

import (
	"context"
	"log/slog"
	"net"
	"strings"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
	"github.com/segmentio/kafka-go/sasl/scram"

	"winevent/enrich"
	"winevent/outputs/secret"
	"winevent/outputs/tlsfiles"
)

// Config is how to reach a cluster and what to send it. See docs/options.md for
// what the options mean.
type Config struct {
	// Brokers are host:port, at least one.
	Brokers []string
	// Topic and Key are templates over the document.
	Topic, Key *enrich.Template
	// MaxTopics bounds the number of topics that Topic may name.
	MaxTopics        int
	AutoCreateTopics bool
	// Partitioner is one of Partitioners, Compression one of Compressions.
	Partitioner, Compression string
	Idempotence              bool
	// BatchBytes is the size, before compression, from which on a record batch is sent.
	BatchBytes int64
	// MaxBatchBytes is the size, after compression, above which a record is not
	// even tried: brokers cut the connection on what exceeds their socket.request.max.bytes.
	MaxBatchBytes  int64
	RequestTimeout time.Duration
	ClientID       string
	TLS            bool
	TLSFiles       tlsfiles.Config
	// SASLMechanism is one of SASLMechanisms.
	SASLMechanism              string
	SASLUsername, SASLPassword secret.Secret
	// Log takes what a person should know. It must not be nil.
	Log *slog.Logger
}

// Partitioners are the names of the ways to choose a partition by the key.
var Partitioners = []string{"crc32", "murmur2"}

// SASLMechanisms are the names of the ways to authenticate.
var SASLMechanisms = []string{"none", "plain", "scram-sha-256", "scram-sha-512"}

// The attributes that the documents of a batch must have, in this order.
const (
	topicAttribute = iota
	keyAttribute
	firstHeader
)

// headerTemplates are the headers made of the document; see docs/kafka.md.
var headerTemplates = [...]struct{ key, template string }{
	{"event.code", "{{event.code}}"},
	{"host.name", "{{host.name}}"},
	{"winevent.severity", "{{winevent.severity}}"},
	{"winevent.symbolic_name", "{{winevent.symbolic_name}}"},
}

// Attributes returns the templates of the attributes that Write needs of each document.
func (c *Config) Attributes() ([]*enrich.Template, error) {
	list := []*enrich.Template{c.Topic, c.Key}
	for _, h := range headerTemplates {
		t, err := enrich.ParseTemplate(h.template, "")
		if err != nil {
			return nil, err
		}
		list = append(list, t)
	}
	return list, nil
}

// newClient makes the client of a configuration. It connects when it is first used.
func newClient(c *Config) (*client, error) {
	transport := &kafka.Transport{
		ClientID:    c.ClientID,
		DialTimeout: min(c.RequestTimeout, 10*time.Second),
		MetadataTTL: metadataTTL,
	}
	if name, literal := c.Topic.Literal(); literal {
		transport.MetadataTopics = []string{topicName(name)} // else the library asks for all that there are
	}
	dialer := &net.Dialer{KeepAlive: 30 * time.Second}
	dial := dialer.DialContext
	if c.TLS {
		files := c.TLSFiles
		files.Log = c.Log
		secure, err := tlsfiles.New(files)
		if err != nil {
			return nil, err
		}
		for _, warning := range secure.Warnings() {
			c.Log.Warn("kafka: TLS", "warning", warning)
		}
		dial = secure.DialContext
	}
	transport.Dial = guard(dial, transport.DialTimeout/time.Duration(max(len(c.Brokers), 1)))
	if c.SASLMechanism != "none" {
		transport.SASL = &mechanism{c}
	}
	return &client{
		transport: transport,
		brokers:   kafka.TCP(c.Brokers...),
		timeout:   c.RequestTimeout,
	}, nil
}

// mechanism authenticates with the credentials as they are when a connection is made.
type mechanism struct{ config *Config }

// Name implements sasl.Mechanism.
func (m *mechanism) Name() string { return strings.ToUpper(m.config.SASLMechanism) }

// Start implements sasl.Mechanism.
func (m *mechanism) Start(ctx context.Context) (sasl.StateMachine, []byte, error) {
	username, err := m.config.SASLUsername.ReadAs("kafka_sasl_username")
	if err != nil {
		return nil, nil, err
	}
	password, err := m.config.SASLPassword.ReadAs("kafka_sasl_password")
	if err != nil {
		return nil, nil, err
	}
	algorithm := scram.SHA256
	switch m.config.SASLMechanism {
	case "plain":
		return plain.Mechanism{Username: username, Password: password}.Start(ctx)
	case "scram-sha-512":
		algorithm = scram.SHA512
	}
	s, err := scram.Mechanism(algorithm, username, password)
	if err != nil {
		return nil, nil, secret.Unreadable("kafka_sasl_password", err)
	}
	return s.Start(ctx)
}
