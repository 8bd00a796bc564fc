package convert

import (
	"slices"
	"strings"
)

const (
	onlyJSON  = "documents are always JSON"
	noQueue   = "there is no queue: a flush ends when the brokers have answered"
	noMSK     = "IAM is not supported: use SASL/SCRAM or a client certificate"
	oneKey    = "write kafka_key with a field of the document: {{host.name}}, {{channel}}, {{provider}}, {{code}} …"
	oneTopic  = "write kafka_topic with a field of the document in it: {{channel}}, {{provider}}, {{code}}, {{severity}} …"
	noAvro    = onlyJSON + "; docs/schema.json describes them"
	wholeOnly = "always the whole document is sent"
)

// kafkaRows are the keys of out_kafka: those that it registers, and librdkafka's.
var kafkaRows = slices.Concat([]Row{
	{Key: "brokers", To: []string{"kafka_brokers"}},
	{Key: "topics", To: []string{"kafka_topic"}, Note: "one", carry: topics},
	{Key: "topic_key", To: []string{"kafka_topic"}, Note: "as a template: {{channel}}", carry: topicKey},
	{Key: "dynamic_topic", Note: "kafka_topic is a template", carry: func(*state, string) {}}, // topicKey looks at it
	{Key: "message_key", To: []string{"kafka_key"}},
	{Key: "message_key_field", To: []string{"kafka_key"}, Note: "as a template: {{host.name}}", carry: messageKeyField},
	{Key: "client_id", To: []string{"kafka_client_id"}},
	{Key: "group_id", Note: "only consumers have one"},
	{Key: "format", Note: onlyJSON, carry: lostIf(isNot("json"), onlyJSON)},
	{Key: "timestamp_key", Note: timeIs},
	{Key: "timestamp_format", Note: timeIs + ", ISO 8601, in UTC"},
	{Key: "queue_full_retries", Note: noQueue},
	{Key: "raw_log_key", Note: wholeOnly, Lost: true},
	{Key: "gelf_*", Note: onlyJSON},
	{Key: "schema_*", Note: noAvro},
	{Key: "schema.*", Note: noAvro},
	{Key: "serializer.framing", Note: noAvro},
	{Key: "otlp_logs_partition_by_resource", Note: onlyJSON, carry: lostIf(isOn, onlyJSON)},
	{Key: "aws_msk_iam", Note: noMSK, Lost: true, carry: lostIf(isOn, noMSK)},
	{Key: "aws_msk_iam_cluster_arn", Note: noMSK},
}, librdkafkaRows, []Row{
	{Key: "host", Note: "output kafka never looked at it", Core: true},
	{Key: "port", Note: "output kafka never looked at it", Core: true},
	{Key: "tls", Note: "output kafka never looked at it", Core: true},
	{Key: "tls.*", Note: "output kafka never looked at it", Core: true},
	{Key: "net.*", Note: ownKafka, Core: true},
	{Key: "ipv6", Note: ownKafka, Core: true},
})

// recordFields are the names that shippers give to what documents have, too.
var recordFields = map[string]string{
	"channel": "{{channel}}", "providername": "{{provider}}", "sourcename": "{{provider}}", "eventid": "{{code}}",
	"computer": "{{host.name}}", "hostname": "{{host.name}}",
}

// topics takes the first topic: out_kafka, too, writes there what topic_key gives no other one.
func topics(s *state, value string) {
	if template := dynamicTopic(s); template != "" {
		s.note("is for records without the field of topic_key: kafka_topic is a template now; with `unknown` where a document lacks it", false)
		return
	}
	first, others, several := strings.Cut(value, ",")
	s.put("kafka_topic", strings.TrimSpace(first))
	if several && strings.Trim(others, ", ") != "" {
		s.note("only the first topic is taken: "+oneTopic, true)
	}
}

// dynamicTopic returns the template that topic_key and dynamic_topic stand for, if they do.
func dynamicTopic(s *state) string {
	if truthOf(s.get("dynamic_topic")) != yes {
		return ""
	}
	return recordFields[strings.ToLower(s.get("topic_key"))]
}

func topicKey(s *state, _ string) {
	template := dynamicTopic(s)
	if template == "" {
		s.note(oneTopic, true)
		return
	}
	s.put("kafka_topic", template)
	s.note("is "+template+" now; characters that Kafka does not allow become hyphens", false)
}

func messageKeyField(s *state, value string) {
	if template := recordFields[strings.ToLower(value)]; template != "" {
		s.put("kafka_key", template)
		return
	}
	s.note(oneKey, true)
}

func finishKafka(s *state) {
	if s.get("brokers") == "" && s.get("rdkafka.bootstrap.servers") == "" && s.get("rdkafka.metadata.broker.list") == "" {
		s.note("there are no brokers: set kafka_brokers", true)
	}
	if s.get("topics") == "" && dynamicTopic(s) == "" {
		s.put("kafka_topic", "fluent-bit")
		s.comment("kafka_topic: what out_kafka has by default")
	}
	if protocol := s.get("rdkafka.security.protocol"); strings.HasPrefix(strings.ToLower(protocol), "sasl") &&
		s.get("rdkafka.sasl.mechanism") == "" && s.get("rdkafka.sasl.mechanisms") == "" && s.get("aws_msk_iam") == "" {
		s.note("librdkafka's default mechanism is GSSAPI: "+mechanisms, true)
	}
}
