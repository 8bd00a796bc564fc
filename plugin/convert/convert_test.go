package convert_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"winevent/plugin/config"
	"winevent/plugin/convert"
)

// registered are the keys that the outputs of Fluent Bit 5.1.1 register, by their names.
var registered = map[string]string{
	"es": `index type suppress_type_name http_user http_passwd http_api_key compress cloud_id cloud_auth upstream
		aws_auth aws_region aws_sts_endpoint aws_role_arn aws_external_id aws_service_name aws_profile
		logstash_format logstash_prefix logstash_prefix_separator logstash_prefix_key logstash_dateformat
		time_key time_key_format time_key_nanos include_tag_key tag_key buffer_size path pipeline generate_id
		write_operation id_key replace_dots current_time_index trace_output trace_error`,
	"opensearch": `index type suppress_type_name http_user http_passwd compress
		aws_auth aws_region aws_sts_endpoint aws_role_arn aws_external_id aws_service_name aws_profile
		logstash_format logstash_prefix logstash_prefix_separator logstash_prefix_key logstash_dateformat
		time_key time_key_format time_key_nanos include_tag_key tag_key buffer_size path pipeline generate_id
		write_operation id_key replace_dots current_time_index trace_output trace_error`,
	"kafka": `topic_key dynamic_topic format otlp_logs_partition_by_resource message_key message_key_field timestamp_key
		timestamp_format queue_full_retries gelf_timestamp_key gelf_host_key gelf_short_message_key
		gelf_full_message_key gelf_level_key schema_str schema_id schema_registry_url schema.registry.url
		schema_registry_subject schema.registry.subject schema_registry_version schema.registry.version
		schema_registry_http_user schema.registry.http.user schema_registry_http_passwd
		schema.registry.http.password schema_registry_bearer_token schema.registry.bearer.token
		schema_registry_framing serializer.framing topics brokers client_id group_id raw_log_key
		aws_msk_iam_cluster_arn aws_msk_iam rdkafka.`,
}

// core are the keys that its core takes from every output.
const core = `name match match_regex alias log_level log_suppress_interval host port ipv6 retry_limit net.keepalive tls tls.verify
	tls.verify_hostname tls.debug tls.vhost tls.ca_path tls.ca_file tls.crt_file tls.key_file tls.key_passwd
	tls.min_version tls.max_version tls.ciphers storage.total_limit_size workers processors routes`

func TestEveryKeyHasARow(t *testing.T) {
	for _, o := range convert.Outputs() {
		keys := strings.Fields(registered[o.Name] + " " + core)
		if len(keys) < 40 {
			t.Fatalf("%s: %d keys", o.Name, len(keys))
		}
		for _, key := range keys {
			c := o.Section([]convert.Property{{Key: "name", Value: o.Name}, {Key: key, Value: "x"}})
			for _, n := range c.Notes {
				if strings.Contains(n.Text, "is known here") {
					t.Errorf("%s: no row for %s", o.Name, key)
				}
			}
		}
		for _, r := range o.Rows {
			beginning := strings.TrimSuffix(r.Key, "*")
			known := func(key string) bool {
				return key == beginning || beginning != r.Key && strings.HasPrefix(key, beginning)
			}
			if !r.Core && !strings.HasPrefix(r.Key, "rdkafka.") && !slices.ContainsFunc(keys, known) &&
				!slices.ContainsFunc(strings.Fields(registered["es"]), known) { // out_opensearch shares its rows
				t.Errorf("%s: %s is no key of it", o.Name, r.Key)
			}
		}
	}
}

// TestRowsNameOptions holds the table against the options of winevent.
func TestRowsNameOptions(t *testing.T) {
	for _, o := range convert.Outputs() {
		for _, r := range o.Rows {
			if len(config.Unknown(r.To)) > 0 {
				t.Errorf("%s: %v is no option", r.Key, r.To)
			}
			if len(r.To) == 0 && r.Note == "" || strings.HasSuffix(r.Note, ".") {
				t.Errorf("%s: the note is %q", r.Key, r.Note)
			}
		}
	}
}

// shape writes a converted section as one line: key=value; …, with the comments left out.
func shape(in []convert.Property, c convert.Converted) string {
	var all []string
	for i, part := range c.Parts {
		if part.Keep {
			all = append(all, in[i].Key+"="+in[i].Value)
		}
		for _, p := range part.Put {
			all = append(all, p.Key+"="+p.Value)
		}
	}
	return strings.Join(all, "; ")
}

func properties(text string) (all []convert.Property) {
	for _, part := range strings.Split(text, "; ") {
		key, value, _ := strings.Cut(part, "=")
		all = append(all, convert.Property{Key: key, Value: value})
	}
	return all
}

func TestSection(t *testing.T) {
	const kept = "; workers=1; retry_limit=false"
	for _, test := range []struct {
		in   string
		want string // without what every section has
		lost string // keys of which there is no counterpart
		note string // a part of what must be said
	}{
		{"name=es", "elasticsearch_urls=http://127.0.0.1:9200", "", "the index was fluent-bit"},
		{"name=es; host=h; tls=on", "elasticsearch_urls=https://h:9200", "", ""},
		{"name=es; tls=Off; port=80; path=/a/b/; host=::1; tls.verify=off", "elasticsearch_urls=http://[::1]:80/a/b", "", "tls is off"},
		{"name=es; host=${H}; port=${P}; tls=${T}", "elasticsearch_urls=https://${H}:${P}", "tls", "make it http://"},
		{"name=es; tls=on; tls.verify=off; tls.ca_file=/a; tls.crt_file=/b; tls.key_file=/c; tls.vhost=v",
			"elasticsearch_urls=https://127.0.0.1:9200; elasticsearch_tls_verify=off; elasticsearch_tls_ca_file=/a; " +
				"elasticsearch_tls_cert_file=/b; elasticsearch_tls_key_file=/c; elasticsearch_tls_server_name=v", "", ""},
		{"name=es; tls=on; tls.verify_hostname=on; tls.ca_path=/d; tls.key_passwd=p; tls.ciphers=c",
			"elasticsearch_urls=https://127.0.0.1:9200", "tls.ca_path tls.key_passwd", "openssl pkey"},
		{"name=es; tls=on; tls.verify_hostname=off", "elasticsearch_urls=https://127.0.0.1:9200", "tls.verify_hostname", "always compared"},
		{"name=es; host=h; http_user=u; http_passwd=${P}; http_api_key=k; cloud_auth=a:b",
			"elasticsearch_urls=http://h:9200; elasticsearch_username=u; elasticsearch_password=${P}", "", "http_user goes before it"},
		{"name=es; http_api_key=k; cloud_auth=a:b", "elasticsearch_api_key=k; elasticsearch_urls=http://127.0.0.1:9200", "", "go before it"},
		{"name=es; http_user=u", "elasticsearch_username=u; elasticsearch_urls=http://127.0.0.1:9200", "", "set elasticsearch_password"},
		{"name=es; http_passwd=p", "elasticsearch_urls=http://127.0.0.1:9200", "", "there is no http_user"},
		{"name=es; http_api_key=k", "elasticsearch_api_key=k; elasticsearch_urls=http://127.0.0.1:9200", "", ""},
		{"name=es; cloud_id=x:y; cloud_auth=${U:-e}:p:q; host=h; tls.ca_file=/a",
			"elasticsearch_cloud_id=x:y; elasticsearch_username=${U:-e}; elasticsearch_password=p:q; elasticsearch_tls_ca_file=/a", "", "cloud_id says where"},
		{"name=es; cloud_id=x:y; cloud_auth=${AUTH:-a}", "elasticsearch_cloud_id=x:y", "cloud_auth", "cannot be told apart"},
		{"name=es; upstream=/u.conf; host=h", "", "upstream", "all its nodes"},
		{"name=es; index=windows", "elasticsearch_urls=http://127.0.0.1:9200", "", "elasticsearch_index windows and elasticsearch_data_stream off"},
		{"name=es; index=logs-windows.all-prod", "elasticsearch_index=logs-windows.all-prod; elasticsearch_urls=http://127.0.0.1:9200", "", ""},
		{"name=es; index=logs-windows.all-prod; logstash_format=on; logstash_prefix=w", "elasticsearch_urls=http://127.0.0.1:9200", "", "roll over by themselves"},
		{"name=es; pipeline=p; compress=gzip", "elasticsearch_pipeline=p; elasticsearch_gzip=on; elasticsearch_urls=http://127.0.0.1:9200", "", ""},
		{"name=es; compress=${C}", "elasticsearch_urls=http://127.0.0.1:9200", "compress", ""},
		{"name=opensearch; compress=none; write_operation=upsert; generate_id=on; id_key=k",
			"elasticsearch_flavor=opensearch; elasticsearch_gzip=off; elasticsearch_urls=http://127.0.0.1:9200", "write_operation", "an event does not change"},
		{"name=opensearch; write_operation=index; include_tag_key=off; aws_auth=off; aws_region=eu",
			"elasticsearch_flavor=opensearch; elasticsearch_urls=http://127.0.0.1:9200", "", ""},
		{"name=es; include_tag_key=on; aws_auth=true; zzz=1", "elasticsearch_urls=http://127.0.0.1:9200", "include_tag_key aws_auth zzz", "no key of output es"},
		{"name=es; host=a; Host=b", "elasticsearch_urls=http://a:9200", "", "stands twice"},

		{"name=kafka; brokers=a:1,b:2", "kafka_brokers=a:1,b:2; kafka_topic=fluent-bit", "", ""},
		{"name=kafka; topics=t", "kafka_topic=t", "", "set kafka_brokers"},
		{"name=kafka; brokers=a; topics=t, u", "kafka_brokers=a; kafka_topic=t", "topics", "only the first"},
		{"name=kafka; brokers=a; topics=t,u; topic_key=Channel; dynamic_topic=on", "kafka_brokers=a; kafka_topic={{channel}}", "", "is {{channel}} now"},
		{"name=kafka; brokers=a; topics=t; topic_key=Channel", "kafka_brokers=a; kafka_topic=t", "topic_key", "{{severity}}"},
		{"name=kafka; brokers=a; topics=t; message_key=k; client_id=c; format=JSON; group_id=g",
			"kafka_brokers=a; kafka_topic=t; kafka_key=k; kafka_client_id=c", "", "only consumers"},
		{"name=kafka; brokers=a; topics=t; message_key_field=computer", "kafka_brokers=a; kafka_topic=t; kafka_key={{host.name}}", "", ""},
		{"name=kafka; brokers=a; topics=t; message_key_field=zone; format=gelf; raw_log_key=l; aws_msk_iam=on",
			"kafka_brokers=a; kafka_topic=t", "message_key_field format raw_log_key aws_msk_iam", ""},
		{"name=kafka; brokers=a; topics=t; rdkafka.security.protocol=SASL_SSL; rdkafka.sasl.mechanism=SCRAM-SHA-512; rdkafka.sasl.username=u; rdkafka.sasl.password=${P}; rdkafka.ssl.ca.location=/c",
			"kafka_brokers=a; kafka_topic=t; kafka_tls=on; kafka_sasl_mechanism=scram-sha-512; kafka_sasl_username=u; kafka_sasl_password=${P}; kafka_tls_ca_file=/c", "", ""},
		{"name=kafka; brokers=a; topics=t; rdkafka.security.protocol=sasl_plaintext; rdkafka.sasl.username=u", "kafka_brokers=a; kafka_topic=t; kafka_tls=off; kafka_sasl_username=u", "", "GSSAPI"},
		{"name=kafka; brokers=a; topics=t; rdkafka.sasl.username=u; rdkafka.ssl.ca.location=/c", "kafka_brokers=a; kafka_topic=t", "", "has no SSL"},
		{"name=kafka; brokers=a; topics=t; rdkafka.security.protocol=ssl; rdkafka.ssl.certificate.location=/c; rdkafka.ssl.key.location=/k; rdkafka.enable.ssl.certificate.verification=false; rdkafka.ssl.endpoint.identification.algorithm=none; rdkafka.ssl.key.password=p",
			"kafka_brokers=a; kafka_topic=t; kafka_tls=on; kafka_tls_cert_file=/c; kafka_tls_key_file=/k; kafka_tls_verify=false",
			"rdkafka.ssl.endpoint.identification.algorithm rdkafka.ssl.key.password", ""},
		{"name=kafka; brokers=a; topics=t; rdkafka.security.protocol=sasl_ssl; rdkafka.sasl.mechanism=OAUTHBEARER; rdkafka.sasl.oauthbearer.scope=s",
			"kafka_brokers=a; kafka_topic=t; kafka_tls=on", "rdkafka.sasl.mechanism rdkafka.sasl.oauthbearer.scope", ""},
		{"name=kafka; brokers=a; topics=t; rdkafka.compression.codec=zstd; rdkafka.batch.size=500000; rdkafka.message.max.bytes=900000; rdkafka.request.timeout.ms=20000; rdkafka.enable.idempotence=true; rdkafka.acks=1; rdkafka.linger.ms=5; rdkafka.partitioner=murmur2_random; rdkafka.allow.auto.create.topics=false",
			"kafka_brokers=a; kafka_topic=t; kafka_compression=zstd; kafka_batch_bytes=500000; kafka_request_timeout=20000ms; kafka_idempotence=true; kafka_partitioner=murmur2; kafka_auto_create_topics=false",
			"rdkafka.message.max.bytes", "which another key has set already"},
		{"name=kafka; brokers=a; topics=t; rdkafka.partitioner=fnv1a; rdkafka.compression.type=inherit; rdkafka.statistics.interval.ms=1; tls=off; net.keepalive=on",
			"kafka_brokers=a; kafka_topic=t", "rdkafka.partitioner", "librdkafka, which is not used"},
	} {
		t.Run(test.in, func(t *testing.T) {
			in := properties(test.in + kept)
			o := convert.Find(in[0].Value)
			c := o.Section(in)
			got := shape(in, c)
			got = strings.TrimPrefix(got, "name=winevent; output="+map[string]string{"kafka": "kafka"}[o.Name])
			got = strings.TrimPrefix(strings.Replace(got, kept, "", 1), "elasticsearch")
			if got = strings.TrimPrefix(got, "; "); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			var lost []string
			var notes strings.Builder
			for _, n := range c.Notes {
				fmt.Fprintln(&notes, n.Key, n.Text)
				if n.Lost && n.Key != "" {
					lost = append(lost, n.Key)
				}
			}
			if !slices.Equal(lost, strings.Fields(test.lost)) {
				t.Errorf("lost: %q, want %q", lost, test.lost)
			}
			if !strings.Contains(notes.String(), test.note) {
				t.Errorf("notes do not say %q:\n%s", test.note, &notes)
			}
			if !slices.ContainsFunc(c.Notes, func(n convert.Note) bool { return n.Lost }) {
				works(t, in, c)
			}
		})
	}
}

// works has the plugin's reader read a converted section, as after the start.
func works(t *testing.T, in []convert.Property, c convert.Converted) {
	t.Helper()
	values := map[string]string{}
	for _, p := range properties(shape(in, c)) {
		values[p.Key] = regexp.MustCompile(`\$\{[^}]*\}`).ReplaceAllString(p.Value, "9201")
	}
	if _, err := config.Read(func(key string) string { return values[key] }); err != nil {
		t.Error(err)
	}
}

// TestNoSecretIsTold looks for credentials in what is said and in comments.
func TestNoSecretIsTold(t *testing.T) {
	for _, in := range []string{
		"name=es; http_passwd=s3cret", "name=es; cloud_auth=s3cret", "name=es; http_user=u; http_api_key=s3cret; cloud_auth=a:s3cret",
		"name=es; tls=on; tls.key_passwd=s3cret", "name=es; unknown=s3cret",
		"name=kafka; rdkafka.sasl.password=s3cret; rdkafka.ssl.key.pem=s3cret; rdkafka.ssl.key.password=s3cret; rdkafka.sasl.oauthbearer.client.secret=s3cret",
		"name=kafka; schema_registry_http_passwd=s3cret; schema_registry_bearer_token=s3cret",
	} {
		c := convert.Find(properties(in)[0].Value).Section(properties(in))
		if len(c.Notes) == 0 {
			t.Errorf("%s: nothing is said", in)
		}
		for _, n := range c.Notes {
			if strings.Contains(n.Text, "s3cret") {
				t.Errorf("%s: %s", in, n.Text)
			}
		}
		for _, part := range c.Parts {
			if strings.Contains(strings.Join(part.Comments, " "), "s3cret") {
				t.Errorf("%s: %q", in, part.Comments)
			}
		}
	}
}
