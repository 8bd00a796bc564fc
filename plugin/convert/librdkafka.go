package convert

import (
	"slices"
	"strings"
)

const (
	mechanisms   = "Kerberos and OAuth are not supported: set kafka_sasl_mechanism to plain, scram-sha-256 or scram-sha-512"
	allReplicas  = "every record is acknowledged by all replicas in sync"
	chunkIsBatch = "the records of a chunk are sent at once"
	keptForEver  = "what is not acknowledged is sent again: flush_timeout bounds a flush, Retry_Limit how often"
	filesOnly    = "write it to a PEM file, and its path into "
	kafkaNames   = "the certificate's name is always compared: set kafka_tls_server_name where it is another one"
)

// librdkafkaRows are the properties of librdkafka that producers use; its
// metadata, sockets and logs have none here, and need none.
var librdkafkaRows = []Row{
	{Key: "rdkafka.bootstrap.servers", To: []string{"kafka_brokers"}},
	{Key: "rdkafka.metadata.broker.list", To: []string{"kafka_brokers"}},
	{Key: "rdkafka.client.id", To: []string{"kafka_client_id"}},
	{Key: "rdkafka.security.protocol", To: []string{"kafka_tls"}, Note: "on for ssl and sasl_ssl", carry: securityProtocol},
	{Key: "rdkafka.sasl.mechanism", To: []string{"kafka_sasl_mechanism"}, carry: saslMechanism},
	{Key: "rdkafka.sasl.mechanisms", To: []string{"kafka_sasl_mechanism"}, carry: saslMechanism},
	{Key: "rdkafka.sasl.username", To: []string{"kafka_sasl_username"}, carry: ifProtocol("sasl", "kafka_sasl_username")},
	{Key: "rdkafka.sasl.password", To: []string{"kafka_sasl_password"}, Note: "file:PATH keeps it out of the configuration", carry: ifProtocol("sasl", "kafka_sasl_password")},
	{Key: "rdkafka.sasl.*", Note: mechanisms, Lost: true},
	{Key: "rdkafka.enable.sasl.oauthbearer.unsecure.jwt", Note: mechanisms, Lost: true},
	{Key: "rdkafka.ssl.ca.location", To: []string{"kafka_tls_ca_file"}, Note: "a file, not a folder", carry: ifProtocol("ssl", "kafka_tls_ca_file")},
	{Key: "rdkafka.ssl.certificate.location", To: []string{"kafka_tls_cert_file"}, carry: ifProtocol("ssl", "kafka_tls_cert_file")},
	{Key: "rdkafka.ssl.key.location", To: []string{"kafka_tls_key_file"}, carry: ifProtocol("ssl", "kafka_tls_key_file")},
	{Key: "rdkafka.enable.ssl.certificate.verification", To: []string{"kafka_tls_verify"}, carry: ifProtocol("ssl", "kafka_tls_verify")},
	{Key: "rdkafka.ssl.endpoint.identification.algorithm", Note: kafkaNames, carry: lostIf(isNot("https"), kafkaNames)},
	{Key: "rdkafka.ssl.key.password", Note: decrypted, Lost: true},
	{Key: "rdkafka.ssl.ca.pem", Note: filesOnly + "kafka_tls_ca_file", Lost: true},
	{Key: "rdkafka.ssl.certificate.pem", Note: filesOnly + "kafka_tls_cert_file", Lost: true},
	{Key: "rdkafka.ssl.key.pem", Note: filesOnly + "kafka_tls_key_file", Lost: true},
	{Key: "rdkafka.ssl.keystore.*", Note: filesOnly + "kafka_tls_cert_file and kafka_tls_key_file", Lost: true},
	{Key: "rdkafka.ssl.crl.location", Note: "lists of revoked certificates are not looked at", Lost: true},
	{Key: "rdkafka.ssl.*", Note: goChooses},
	{Key: "rdkafka.acks", Note: allReplicas},
	{Key: "rdkafka.request.required.acks", Note: allReplicas},
	{Key: "rdkafka.enable.idempotence", To: []string{"kafka_idempotence"}, Note: "it is on unless switched off"},
	{Key: "rdkafka.compression.codec", To: []string{"kafka_compression"}, carry: compression},
	{Key: "rdkafka.compression.type", To: []string{"kafka_compression"}, carry: compression},
	{Key: "rdkafka.compression.level", Note: "each codec has its usual level"},
	{Key: "rdkafka.batch.size", To: []string{"kafka_batch_bytes"}},
	{Key: "rdkafka.message.max.bytes", To: []string{"kafka_batch_bytes"}, Note: "before compression; larger records travel alone"},
	{Key: "rdkafka.request.timeout.ms", To: []string{"kafka_request_timeout"}, Note: "with ms after the number", carry: milliseconds},
	{Key: "rdkafka.partitioner", To: []string{"kafka_partitioner"}, Note: "consistent is crc32", carry: partitioner},
	{Key: "rdkafka.allow.auto.create.topics", To: []string{"kafka_auto_create_topics"}},
	{Key: "rdkafka.linger.ms", Note: chunkIsBatch},
	{Key: "rdkafka.queue.buffering.*", Note: noQueue},
	{Key: "rdkafka.batch.num.messages", Note: chunkIsBatch},
	{Key: "rdkafka.sticky.partitioning.linger.ms", Note: "records without a key go to one partition per chunk"},
	{Key: "rdkafka.message.timeout.ms", Note: keptForEver},
	{Key: "rdkafka.delivery.timeout.ms", Note: keptForEver},
	{Key: "rdkafka.message.send.max.retries", Note: keptForEver},
	{Key: "rdkafka.retries", Note: keptForEver},
	{Key: "rdkafka.retry.backoff.*", Note: keptForEver},
	{Key: "rdkafka.max.in.flight*", Note: "one batch a partition is under way at a time"},
	{Key: "rdkafka.transactional.id", Note: "there are no transactions", Lost: true},
	{Key: "rdkafka.transaction.timeout.ms", Note: "there are no transactions"},
	{Key: "rdkafka.client.rack", Note: "only consumers choose by it"},
	{Key: "rdkafka.plugin.library.paths", Note: "librdkafka is not used", Lost: true},
	{Key: "rdkafka.https.*", Note: mechanisms, Lost: true},
	{Key: "rdkafka.socket.*", Note: ownKafka + ": kafka_request_timeout bounds a request"},
	{Key: "rdkafka.*", Note: "a setting of librdkafka, which is not used"},
}

// protocolIs tells whether the protocol, as far as it is known, begins or ends so.
func protocolIs(s *state, part string) bool {
	protocol := strings.ToLower(s.get("rdkafka.security.protocol"))
	return strings.Contains(protocol, "${") || strings.Contains(protocol, part)
}

func securityProtocol(s *state, value string) {
	switch strings.ToLower(value) {
	case "plaintext", "sasl_plaintext":
		s.put("kafka_tls", "off")
	case "ssl", "sasl_ssl":
		s.put("kafka_tls", "on")
	default:
		s.note("is not known here: set kafka_tls on or off, and kafka_sasl_mechanism", true)
	}
}

func saslMechanism(s *state, value string) {
	switch {
	case !protocolIs(s, "sasl"):
		s.note("rdkafka.security.protocol has no SASL, so it did nothing", false)
	case slices.Contains([]string{"plain", "scram-sha-256", "scram-sha-512"}, strings.ToLower(value)) || strings.Contains(value, "${"):
		if !strings.Contains(value, "${") {
			value = strings.ToLower(value)
		}
		s.put("kafka_sasl_mechanism", value)
	default:
		s.note(mechanisms, true)
	}
}

// ifProtocol carries a value to a key, if the protocol has sasl or ssl.
func ifProtocol(part, key string) func(*state, string) {
	return func(s *state, value string) {
		if !protocolIs(s, part) {
			s.note("rdkafka.security.protocol has no "+strings.ToUpper(part)+", so it did nothing", false)
			return
		}
		s.put(key, value)
	}
}

func compression(s *state, value string) {
	if strings.EqualFold(value, "inherit") {
		s.note("means librdkafka's own setting: the default, snappy, is used", false)
		return
	}
	s.put("kafka_compression", value)
}

func milliseconds(s *state, value string) { s.put("kafka_request_timeout", value+"ms") }

func partitioner(s *state, value string) {
	switch strings.ToLower(value) {
	case "consistent", "consistent_random":
		s.put("kafka_partitioner", "crc32")
	case "murmur2", "murmur2_random":
		s.put("kafka_partitioner", "murmur2")
	default:
		s.note("is none of crc32 (consistent) and murmur2", true)
	}
}
