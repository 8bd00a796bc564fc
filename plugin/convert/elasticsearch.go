package convert

import (
	"fmt"
	"regexp"
	"strings"
)

const (
	noTypes     = "types are never sent"
	timeIs      = "the time is @timestamp"
	streams     = "documents go to the data streams logs-DATASET-NAMESPACE"
	idIs        = "_id is always event.id, the operation always create"
	noAWS       = "requests are not signed for AWS: use a user of the domain (elasticsearch_username), or a signing proxy"
	ownNetwork  = "winevent makes its own connections: elasticsearch_request_timeout bounds a request"
	ownKafka    = "winevent makes its own connections"
	goChooses   = "TLS 1.2 and 1.3 with Go's choice of ciphers; the server decides"
	onePEM      = "put the certificates into one PEM file, and its path into elasticsearch_tls_ca_file"
	decrypted   = "write the key without a password (openssl pkey -in KEY -out NEW), readable for Fluent Bit alone"
	namesAlways = "the certificate's name is always compared: set elasticsearch_tls_server_name where it is another one"
)

// esRows are the keys of out_es and out_opensearch: those that they register,
// and those of the core that say how to connect.
var esRows = []Row{
	{Key: "host", To: []string{"elasticsearch_urls"}, Core: true, carry: address},
	{Key: "port", To: []string{"elasticsearch_urls"}, Core: true, carry: address},
	{Key: "path", To: []string{"elasticsearch_urls"}, Note: "it is a part of the URL", carry: address},
	{Key: "tls", To: []string{"elasticsearch_urls"}, Note: "on is https://, off is http://", Core: true, carry: address},
	{Key: "upstream", Note: "write all its nodes into elasticsearch_urls, separated by commas", Lost: true},
	{Key: "cloud_id", To: []string{"elasticsearch_cloud_id"}},
	{Key: "http_user", To: []string{"elasticsearch_username"}},
	{Key: "http_passwd", To: []string{"elasticsearch_password"}, Note: "file:PATH keeps it out of the configuration", carry: password},
	{Key: "cloud_auth", To: []string{"elasticsearch_username", "elasticsearch_password"}, carry: cloudAuth},
	{Key: "http_api_key", To: []string{"elasticsearch_api_key"}, carry: apiKey},
	{Key: "tls.verify", To: []string{"elasticsearch_tls_verify"}, Core: true, carry: ifTLS("elasticsearch_tls_verify")},
	{Key: "tls.ca_file", To: []string{"elasticsearch_tls_ca_file"}, Core: true, carry: ifTLS("elasticsearch_tls_ca_file")},
	{Key: "tls.crt_file", To: []string{"elasticsearch_tls_cert_file"}, Core: true, carry: ifTLS("elasticsearch_tls_cert_file")},
	{Key: "tls.key_file", To: []string{"elasticsearch_tls_key_file"}, Core: true, carry: ifTLS("elasticsearch_tls_key_file")},
	{Key: "tls.vhost", To: []string{"elasticsearch_tls_server_name"}, Core: true, carry: ifTLS("elasticsearch_tls_server_name")},
	{Key: "tls.verify_hostname", Note: namesAlways, Core: true, carry: hostName},
	{Key: "tls.ca_path", Note: onePEM, Lost: true, Core: true, carry: lostWithTLS(onePEM)},
	{Key: "tls.key_passwd", Note: decrypted, Lost: true, Core: true, carry: lostWithTLS(decrypted)},
	{Key: "tls.*", Note: goChooses, Core: true},
	{Key: "net.*", Note: ownNetwork, Core: true},
	{Key: "ipv6", Note: ownNetwork, Core: true},
	{Key: "index", To: []string{"elasticsearch_index"}, Note: "without it " + streams, carry: index},
	{Key: "logstash_format", Note: streams + "; elasticsearch_index names others", carry: logstash},
	{Key: "logstash_prefix", Note: streams + "; elasticsearch_index names others"},
	{Key: "logstash_prefix_separator", Note: streams},
	{Key: "logstash_prefix_key", Note: streams + "; elasticsearch_index may hold {{field}}"},
	{Key: "logstash_dateformat", Note: "data streams roll over by themselves"},
	{Key: "current_time_index", Note: "data streams roll over by themselves"},
	{Key: "pipeline", To: []string{"elasticsearch_pipeline"}},
	{Key: "compress", To: []string{"elasticsearch_gzip"}, Note: "it is on unless switched off", carry: compress},
	{Key: "generate_id", Note: idIs},
	{Key: "id_key", Note: idIs},
	{Key: "write_operation", Note: idIs, carry: writeOperation},
	{Key: "type", Note: noTypes},
	{Key: "suppress_type_name", Note: noTypes},
	{Key: "time_key", Note: timeIs},
	{Key: "time_key_format", Note: timeIs},
	{Key: "time_key_nanos", Note: timeIs + ", with the precision that Windows logged"},
	{Key: "include_tag_key", Note: noTag, carry: lostIf(isOn, noTag)},
	{Key: "tag_key", Note: noTag},
	{Key: "replace_dots", Note: "field names have no dots"},
	{Key: "buffer_size", Note: "answers are read whole"},
	{Key: "trace_output", Note: "documents can be seen with output stdout"},
	{Key: "trace_error", Note: "refused documents go to the dead letter file with the reason"},
	{Key: "aws_auth", Note: noAWS, Lost: true, carry: lostIf(isOn, noAWS)},
	{Key: "aws_*", Note: "it belongs to aws_auth"},
}

const noTag = "documents do not hold Fluent Bit's tag: channel and provider tell them apart (winlog.channel, event.provider)"

// overTLS tells whether the section speaks TLS, or may.
func overTLS(s *state) bool { return s.get("cloud_id") != "" || truthOf(s.get("tls")) != no }

// address writes the URL that host, port, path and tls make, at the first of them.
func address(s *state, _ string) {
	switch {
	case s.get("cloud_id") != "":
		s.note("cloud_id says where", false)
	case s.get("upstream") == "":
		putURL(s)
	}
}

func putURL(s *state) {
	scheme := "http"
	switch truthOf(s.get("tls")) {
	case yes:
		scheme = "https"
	case unknown:
		scheme = "https"
		if s.at == s.find("tls") {
			s.note("the environment says whether it is on: https:// was written; make it http:// if it is off", true)
		}
	}
	host, port := s.get("host"), s.get("port")
	if host == "" {
		host = "127.0.0.1"
	}
	if strings.Contains(host, ":") && !strings.ContainsAny(host, "[$") {
		host = "[" + host + "]"
	}
	if port == "" {
		port = "9200"
	}
	path := strings.Trim(s.get("path"), "/")
	if path != "" {
		path = "/" + path
	}
	s.put("elasticsearch_urls", fmt.Sprintf("%s://%s:%s%s", scheme, host, port, path))
}

// finishElasticsearch looks at the section as a whole.
func finishElasticsearch(s *state) {
	if s.get("cloud_id") == "" && s.get("upstream") == "" {
		putURL(s)
	}
	if s.get("http_user") != "" && s.get("http_passwd") == "" {
		s.note("http_user has no http_passwd: set elasticsearch_password", true)
	}
	if s.get("index") == "" && truthOf(s.get("logstash_format")) == no {
		s.note("the index was fluent-bit, by default: "+streams, false)
	}
}

func ifTLS(key string) func(*state, string) {
	return func(s *state, value string) {
		if !overTLS(s) {
			s.note("tls is off, so it did nothing", false)
			return
		}
		s.put(key, value)
	}
}

func lostWithTLS(text string) func(*state, string) {
	return func(s *state, _ string) { s.note(text, overTLS(s)) }
}

func hostName(s *state, value string) {
	s.note(namesAlways, overTLS(s) && truthOf(value) != yes)
}

func password(s *state, value string) {
	if s.get("http_user") == "" {
		s.note("there is no http_user, so it did nothing", false)
		return
	}
	s.put("elasticsearch_password", value)
}

// cloudAuth divides user:password.
func cloudAuth(s *state, value string) {
	if s.get("http_user") != "" || s.get("http_api_key") != "" {
		s.note("http_user and http_api_key go before it, so it did nothing", false)
		return
	}
	if m := userPassword.FindStringSubmatch(value); m != nil {
		s.put("elasticsearch_username", m[1])
		s.put("elasticsearch_password", m[2])
		return
	}
	s.note("user and password cannot be told apart here: set elasticsearch_username and elasticsearch_password", true)
}

// userPassword is divided at the first colon that is not inside ${NAME:-default}.
var userPassword = regexp.MustCompile(`^((?:\$\{[^}]*\}|\$[^{:]|[^:$])+):(.+)$`)

func apiKey(s *state, value string) {
	if s.get("http_user") != "" {
		s.note("http_user goes before it, so it did nothing", false)
		return
	}
	s.put("elasticsearch_api_key", value)
}

var streamName = regexp.MustCompile(`^logs-[^-${}]+-[^-${}]+$`)

func index(s *state, value string) {
	if truthOf(s.get("logstash_format")) == yes {
		s.note("logstash_format is on, so it did nothing", false)
		return
	}
	if streamName.MatchString(value) {
		s.put("elasticsearch_index", value)
		return
	}
	s.note(streams+". To go on writing into the old one: elasticsearch_index "+value+" and elasticsearch_data_stream off", false)
}

func logstash(s *state, value string) {
	if isOn(value) {
		s.note(streams+", which roll over by themselves; elasticsearch_index names others", false)
	}
}

func compress(s *state, value string) {
	if strings.EqualFold(value, "gzip") {
		value = "on"
	} else if !strings.Contains(value, "${") {
		value = "off"
	} else {
		s.note("the environment says how: set elasticsearch_gzip on or off", true)
		return
	}
	s.put("elasticsearch_gzip", value)
}

func writeOperation(s *state, value string) {
	s.note(idIs+": an event does not change", isNot("create", "index")(value))
}
