package kafka

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol"

	"winevent/outputs"
	"winevent/outputs/secret"
	"winevent/outputs/tlsfiles"
)

// action is what follows from an error.
type action uint8

const (
	// again: it may pass soon. The same bytes are sent again within the flush.
	again action = iota
	// later: somebody has to do something first. The chunk is kept.
	later
	// stored: the batch is there already.
	stored
	// renew: the broker does not know the producer's sequence any more.
	renew
	// tooLarge: the batch, or its only record.
	tooLarge
	// unfit: a record of the batch will never be taken.
	unfit
)

// answers are the broker's answers that are not simply tried again, with what
// a person can do.
var answers = map[kafka.Error]struct {
	action action
	hint   string
}{
	kafka.MessageSizeTooLarge: {tooLarge, "raise max.message.bytes of the topic, or set remediation to summary"},
	kafka.RecordListTooLarge:  {tooLarge, "raise the topic's segment.bytes"},
	kafka.InvalidRecord:       {unfit, "a compacted topic takes only records with a key: set kafka_key"},

	kafka.DuplicateSequenceNumber:  {stored, ""},
	kafka.OutOfOrderSequenceNumber: {renew, ""},
	kafka.UnknownProducerId:        {renew, ""},
	kafka.InvalidProducerEpoch:     {renew, ""},
	kafka.ProducerFenced:           {renew, ""},
	kafka.InvalidProducerIDMapping: {renew, ""},

	// The timestamp is ours, the time of sending: no record is to blame.
	kafka.InvalidTimestamp:                   {later, "compare this machine's clock with the brokers', or raise message.timestamp.after.max.ms (before.max.ms) of the topic"},
	kafka.TopicAuthorizationFailed:           {later, "allow the user to Write and Describe the topic (kafka-acls --producer)"},
	kafka.ClusterAuthorizationFailed:         {later, "allow the user to Write to the topic (before Kafka 2.8 also IdempotentWrite on the cluster), or set kafka_idempotence off"},
	kafka.TransactionalIDAuthorizationFailed: {later, "set kafka_idempotence off"},
	kafka.SASLAuthenticationFailed:           {later, "check kafka_sasl_username, kafka_sasl_password and kafka_sasl_mechanism"},
	kafka.UnsupportedSASLMechanism:           {later, "set kafka_sasl_mechanism to one that the listener offers (sasl.enabled.mechanisms)"},
	kafka.IllegalSASLState:                   {later, "this port asks for no SASL: remove the kafka_sasl options, or use the SASL listener's port"},
	kafka.UnknownTopicOrPartition:            {later, "create the topic and allow the user to Describe it, or let the brokers make it (auto.create.topics.enable, kafka_auto_create_topics)"},
	kafka.InvalidTopic:                       {later, "choose another kafka_topic: the brokers do not allow this name"},
	kafka.PolicyViolation:                    {later, "the brokers' policy forbids it: see their log"},
	kafka.UnsupportedVersion:                 {later, "the broker is too old: Kafka 0.11 or later is needed, 2.1 for zstd"},
	kafka.UnsupportedCompressionType:         {later, "set kafka_compression to another: the broker does not know this one"},
	kafka.UnsupportedForMessageFormat:        {later, "the topic keeps an old message format (message.format.version): raise it"},
	kafka.InvalidRequest:                     {later, "see the broker's log"},
	kafka.InvalidConfiguration:               {later, "see the broker's log"},
	kafka.InvalidReplicationFactor:           {later, "the topic cannot be made: fewer brokers than default.replication.factor are there"},

	kafka.NotEnoughReplicas:            {again, "fewer replicas are in sync than min.insync.replicas asks for: look after the brokers"},
	kafka.NotEnoughReplicasAfterAppend: {again, "fewer replicas are in sync than min.insync.replicas asks for: look after the brokers"},
}

// decide says what follows from an error. It is the only place that does.
func decide(err error) (action, string) {
	var code kafka.Error
	if errors.As(err, &code) {
		a := answers[code]
		return a.action, a.hint
	}
	if hint := tlsfiles.Hint(err, "kafka_tls_"); hint != "" {
		if tlsfiles.Refused(err) {
			return later, hint
		}
		return again, hint
	}
	return decideConnection(err)
}

// errTooLarge is why a batch is not even sent.
var errTooLarge = errors.New("bytes after compression are more than kafka_max_batch_bytes")

// decideConnection is about errors that have neither a code of the protocol nor
// to do with TLS.
func decideConnection(err error) (action, string) {
	var (
		name *net.DNSError
		dial *net.OpError
	)
	switch {
	case errors.Is(err, errTooLarge):
		return tooLarge, ""
	case errors.Is(err, secret.ErrUnreadable):
		return later, ""
	case errors.Is(err, errOtherProtocol):
		return later, "correct host and port in kafka_brokers: no broker answers there"
	case errors.As(err, &name):
		return again, "correct the host's name, or make it known to this machine (DNS, hosts file)"
	case errors.As(err, &dial) && dial.Op == "dial":
		return again, "start the broker, correct host and port, or open the way to it (firewall)"
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, syscall.ECONNRESET):
		return again, "if this goes on, the port may want TLS (kafka_tls) or SASL (kafka_sasl_mechanism)"
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled), errors.Is(err, os.ErrDeadlineExceeded):
		return again, "the broker did not answer in time (kafka_request_timeout, flush_timeout)"
	case errors.Is(err, protocol.ErrNoLeader):
		return again, "the partition has no leader: look after the brokers"
	}
	return again, ""
}

// failure makes the error of documents that were not acknowledged.
func failure(dest string, err error) *outputs.Error {
	a, hint := decide(err)
	e := &outputs.Error{Op: "send to", Dest: "kafka topic " + dest, Hint: hint, Err: err, Retryable: true}
	switch a {
	case tooLarge:
		e.Retryable, e.Refusal = false, outputs.RefusedTooLarge
	case unfit:
		e.Retryable, e.Refusal = false, outputs.RefusedInvalid
	}
	return e
}
