package config

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"winevent/enrich"
	"winevent/outputs/kafka"
	"winevent/outputs/secret"
)

const referenceType = "text, file:/path or env:NAME"

var kafkaOptions = []Option{
	{Key: "kafka_brokers", Type: "host:port, separated by commas",
		Doc: "output kafka: brokers to find the cluster by; the others are learnt from them. The port is 9092 where none is given.",
		set: func(c *Config, v string) error { return brokers(&c.Kafka.Brokers, v) }},
	{Key: "kafka_topic", Type: "text with {{field}}", Default: "winevent",
		Doc: "output kafka: the topic, for example `winevent.{{severity}}` or `winevent.{{channel}}`. A field is one of docs/fields.md, or short: severity, code, channel, provider, host, dataset, namespace, symbolic_name, level, action. Characters that Kafka does not allow become hyphens; for a field that a document lacks stands `unknown`.",
		set: func(c *Config, v string) error { return template(&c.Kafka.Topic, v, "unknown") }},
	{Key: "kafka_max_topics", Type: "number", Default: "100",
		Doc: "output kafka: how many topics kafka_topic may name. Further ones share the topic that has `other` for every field.",
		set: func(c *Config, v string) error { return number(&c.Kafka.MaxTopics, v, 1, 10000) }},
	{Key: "kafka_auto_create_topics", Type: "on or off", Default: "on",
		Doc: "output kafka: asks the brokers to make a topic that is missing, which they do when auto.create.topics.enable is true.",
		set: func(c *Config, v string) error { return boolean(&c.Kafka.AutoCreateTopics, v) }},
	{Key: "kafka_key", Type: "text with {{field}}, or none", Default: "{{host.name}}",
		Doc: "output kafka: the key of a record. Records of one key go to one partition; those of one chunk stay in order there.",
		set: func(c *Config, v string) error { return template(&c.Kafka.Key, strings.TrimPrefix(v, "none"), "") }},
	{Key: "kafka_partitioner", Type: orList(kafka.Partitioners), Default: "crc32",
		Doc: "output kafka: how the key chooses the partition: crc32 as librdkafka and out_kafka do, murmur2 as Java's clients do. Records without a key go to one partition per chunk, each time another.",
		set: func(c *Config, v string) error { return oneOf(&c.Kafka.Partitioner, v, kafka.Partitioners) }},
	{Key: "kafka_compression", Type: orList(kafka.Compressions), Default: "snappy",
		Doc: "output kafka: how record batches are compressed. snappy takes the least processor time, zstd makes them smallest; both are smaller than lz4.",
		set: func(c *Config, v string) error { return oneOf(&c.Kafka.Compression, v, kafka.Compressions) }},
	{Key: "kafka_idempotence", Type: "on or off", Default: "on",
		Doc: "output kafka: the brokers recognise a batch that is sent again and store it once. Off for brokers or permissions that refuse it; a batch whose answer was lost is then stored twice.",
		set: func(c *Config, v string) error { return boolean(&c.Kafka.Idempotence, v) }},
	{Key: "kafka_batch_bytes", Type: "size", Default: "1000000",
		Doc: "output kafka: how large record batches get, before compression. A larger record travels alone. When the brokers find a batch too large, it is divided, and further ones are filled less.",
		set: func(c *Config, v string) error { return sizeFrom(&c.Kafka.BatchBytes, v, 1000, 100<<20) }},
	{Key: "kafka_max_batch_bytes", Type: "size", Default: "100000000",
		Doc: "output kafka: a record that is larger than this after compression goes to the dead letter file without being tried. Keep it below the brokers' socket.request.max.bytes: they cut the connection on anything larger.",
		set: func(c *Config, v string) error { return sizeFrom(&c.Kafka.MaxBatchBytes, v, 1000, 1<<30) }},
	{Key: "kafka_request_timeout", Type: "duration", Default: "15s",
		Doc: "output kafka: how long one request may take. Within flush_timeout it is then made again.",
		set: func(c *Config, v string) error {
			return duration(&c.Kafka.RequestTimeout, v, 100*time.Millisecond, 10*time.Minute)
		}},
	{Key: "kafka_client_id", Type: "text", Default: "winevent",
		Doc: "output kafka: the name that brokers see in their logs and quotas.",
		set: func(c *Config, v string) error { c.Kafka.ClientID = v; return nil }},
	{Key: "kafka_tls", Type: "on or off", Default: "off",
		Doc: "output kafka: TLS. The brokers' certificates are verified.",
		set: func(c *Config, v string) error { return boolean(&c.Kafka.TLS, v) }},
	{Key: "kafka_tls_ca_file", Type: "path",
		Doc: "output kafka: certificates (PEM) of the authorities to trust instead of the system's. Like the other files, it is read again when it has changed.",
		set: func(c *Config, v string) error { c.Kafka.TLSFiles.CAFile = v; return nil }},
	{Key: "kafka_tls_cert_file", Type: "path",
		Doc: "output kafka: the client's certificate (PEM), for brokers that ask for one.",
		set: func(c *Config, v string) error { c.Kafka.TLSFiles.CertFile = v; return nil }},
	{Key: "kafka_tls_key_file", Type: "path",
		Doc: "output kafka: the key (PEM) to kafka_tls_cert_file.",
		set: func(c *Config, v string) error { c.Kafka.TLSFiles.KeyFile = v; return nil }},
	{Key: "kafka_tls_server_name", Type: "host name",
		Doc: "output kafka: the name that the brokers' certificates are for, where it is not the name in kafka_brokers.",
		set: func(c *Config, v string) error { c.Kafka.TLSFiles.ServerName = v; return nil }},
	{Key: "kafka_tls_verify", Type: "on or off", Default: "on",
		Doc: "output kafka: off accepts any certificate, and so anybody in between. For tests only.",
		set: func(c *Config, v string) error { return inverted(&c.Kafka.TLSFiles.InsecureSkipVerify, v) }},
	{Key: "kafka_sasl_mechanism", Type: orList(kafka.SASLMechanisms), Default: "none",
		Doc: "output kafka: how to authenticate. Use it with kafka_tls on: plain sends the password as it is.",
		set: func(c *Config, v string) error { return oneOf(&c.Kafka.SASLMechanism, v, kafka.SASLMechanisms) }},
	{Key: "kafka_sasl_username", Type: referenceType,
		Doc: "output kafka: the user.",
		set: func(c *Config, v string) (err error) { c.Kafka.SASLUsername, err = secret.Parse(v); return err }},
	{Key: "kafka_sasl_password", Type: referenceType, Secret: true,
		Doc: "output kafka: the password: itself, or the file or environment variable that holds it. A file is read again for each new connection.",
		set: func(c *Config, v string) (err error) { c.Kafka.SASLPassword, err = secret.Parse(v); return err }},
}

var kafkaMistakes = []mistake{
	{"kafka_broker", "write kafka_brokers"},
	{"topic", "write kafka_topic"},
	{"kafka_topics", "write kafka_topic: one topic, or a template for several"},
	{"compression", "write kafka_compression"},
	{"kafka_acks", "remove it: every record is acknowledged by all replicas in sync"},
}

// checkKafka looks at the options of Kafka together.
func (c *Config) checkKafka() (faults []error) {
	k := &c.Kafka
	add := func(key, value, fix string) { faults = append(faults, &Fault{key, value, fix}) }
	if len(k.Brokers) == 0 {
		add("kafka_brokers", "", "set it to the brokers (host:port, …): output kafka needs them")
	}
	files := &k.TLSFiles
	for _, o := range []struct{ key, value string }{
		{"kafka_tls_ca_file", files.CAFile}, {"kafka_tls_cert_file", files.CertFile}, {"kafka_tls_key_file", files.KeyFile},
	} {
		if o.value != "" && !k.TLS {
			add(o.key, o.value, "set kafka_tls on, or remove it")
		}
	}
	if (files.CertFile == "") != (files.KeyFile == "") {
		add("kafka_tls_cert_file", files.CertFile, "set it together with kafka_tls_key_file")
	}
	if wanted := k.SASLMechanism != "none"; wanted != k.SASLUsername.Set() || wanted != k.SASLPassword.Set() {
		add("kafka_sasl_mechanism", k.SASLMechanism, "set it together with kafka_sasl_username and kafka_sasl_password")
	}
	return faults
}

func brokers(dst *[]string, v string) error {
	for _, part := range strings.FieldsFunc(v, func(r rune) bool { return r == ',' || r == ' ' }) {
		host, port, err := net.SplitHostPort(part)
		if err != nil {
			host, port = strings.Trim(part, "[]"), "9092"
		}
		if n, err := strconv.Atoi(port); err != nil || n < 1 || n > 65535 || host == "" || strings.ContainsAny(host, "/@") {
			return fmt.Errorf("%q is not host:port", part)
		}
		*dst = append(*dst, net.JoinHostPort(host, port))
	}
	return nil
}

func template(dst **enrich.Template, v, missing string) error {
	t, err := enrich.ParseTemplate(v, missing)
	*dst = t
	return err
}

// sizeFrom reads a size within bounds.
func sizeFrom(dst *int64, v string, low, high int64) error {
	if err := size(dst, v); err != nil || *dst < low || *dst > high {
		return fmt.Errorf("must be a size from %d to %d bytes, such as 1M", low, high)
	}
	return nil
}
