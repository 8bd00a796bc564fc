package kafka

import (
	"context"
	"errors"
	"fmt"
	"net"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/metadata"

	"winevent/enrich"
	"winevent/internal/kafkatest"
	"winevent/outputs"
	"winevent/outputs/tlsfiles"
)

// checkConfig is a configuration as the plugin makes it, without its Log.
func checkConfig(t *testing.T, brokers, topic string) Config {
	t.Helper()
	template, err := enrich.ParseTemplate(topic, "unknown")
	if err != nil {
		t.Fatal(err)
	}
	return Config{
		Brokers: strings.Split(brokers, ","), Topic: template, MaxTopics: 100, Partitioner: "crc32", Compression: "lz4",
		Idempotence: true, BatchBytes: 1_000_000, MaxBatchBytes: 100 << 20, RequestTimeout: 15 * time.Second,
		ClientID: "check", SASLMechanism: "none",
	}
}

// checkFor checks with a time limit. No finding may have more than one line, and
// none without being ok may lack a fix.
func checkFor(t *testing.T, c Config, limit time.Duration) []string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	start := time.Now()
	var lines []string
	for _, f := range Check(ctx, c) {
		line := fmt.Sprintf("%s: %s", f.Level, f.What)
		if f.Fix != "" {
			line += " -> " + f.Fix
		}
		if strings.Contains(line, "\n") || (f.Level == outputs.OK) != (f.Fix == "") {
			t.Errorf("%q", line)
		}
		lines = append(lines, line)
	}
	if took := time.Since(start); took > limit+time.Second {
		t.Errorf("took %v", took)
	}
	return lines
}

// expect compares findings with what must stand in them, in order: a part of
// each of those that are not ok, and parts of some that are.
func expect(t *testing.T, lines []string, wrong []string, fine ...string) {
	t.Helper()
	var seen []string
	for _, line := range lines {
		if !strings.HasPrefix(line, "ok: ") {
			seen = append(seen, line)
		}
	}
	good := len(seen) == len(wrong)
	for i := 0; good && i < len(seen); i++ {
		for part := range strings.SplitSeq(wrong[i], "…") {
			good = good && strings.Contains(seen[i], part)
		}
	}
	for _, part := range fine {
		good = good && slices.ContainsFunc(lines, func(line string) bool {
			return strings.HasPrefix(line, "ok: ") && strings.Contains(line, part)
		})
	}
	if !good {
		t.Errorf("found:\n%s\nwant:\n%s\nand as ok:\n%s", strings.Join(lines, "\n"), strings.Join(wrong, "\n"), strings.Join(fine, "\n"))
	}
}

const (
	oneCopy = "warning: topic …: replication factor 1: one broker lost is events lost"
	nobody  = "127.0.0.1:1" // nothing listens there
)

// TestCheckSecured is a broker with users, certificates and rights.
func TestCheckSecured(t *testing.T) {
	t.Parallel()
	c := kafkatest.Start(t, kafkatest.Options{TLS: true, SASL: true, Authorizer: true})
	for _, topic := range []string{"granted", "seen", "hidden"} {
		c.CreateTopic(t, topic, 2, 1, nil)
	}
	c.GrantProduce(t, kafkatest.ScramUser, "granted")
	c.Grant(t, kafkatest.ScramUser, "granted", kafka.ACLOperationTypeDescribeConfigs)
	c.Grant(t, kafkatest.ScramUser, "seen", kafka.ACLOperationTypeDescribe)
	c.Grant(t, kafkatest.PlainUser, "seen", kafka.ACLOperationTypeDescribe)
	c.GrantProduce(t, kafkatest.ScramUser, "missing")
	config := func(topic string, change ...func(*Config)) Config {
		k := checkConfig(t, c.SASLTLSAddr(), topic)
		k.TLS, k.TLSFiles = true, tlsfiles.Config{CAFile: c.CAFile}
		k.SASLMechanism = "scram-sha-512"
		k.SASLUsername, k.SASLPassword = credential(t, kafkatest.ScramUser), credential(t, kafkatest.Scram512Password)
		for _, f := range change {
			f(&k)
		}
		return k
	}
	plain := func(k *Config) {
		k.SASLMechanism = "plain"
		k.SASLUsername, k.SASLPassword = credential(t, kafkatest.PlainUser), credential(t, kafkatest.PlainPassword)
	}
	passwordFile := filepath.Join(t.TempDir(), "password")
	for _, test := range []struct {
		name   string
		config Config
		wrong  []string
		fine   []string
	}{
		{"all fine", config("granted"), []string{oneCopy}, []string{
			"answers (TLS, SCRAM-SHA-512)", "1 broker, all usable by the addresses", "topic granted: 2 partitions, each with a leader and in sync",
			"topic granted: the user may write", "producer id"}},
		{"wrong password", config("granted", func(k *Config) { k.SASLPassword = credential(t, "not-the-password") }),
			[]string{"fault: broker …cannot be used: … -> check kafka_sasl_username, kafka_sasl_password"}, nil},
		{"wrong password for plain", config("granted", plain, func(k *Config) { k.SASLPassword = credential(t, "not-the-password") }),
			[]string{"fault: broker …cannot be used: … -> check kafka_sasl_username, kafka_sasl_password"}, nil},
		{"no password file", config("granted", func(k *Config) { k.SASLPassword = credential(t, "file:"+passwordFile) }),
			[]string{"fault: kafka_sasl_password: …" + passwordFile + "… -> put it where kafka_sasl_password says"}, nil},
		{"missing", config("missing"), []string{"fault: topic missing: it is not there, and kafka_auto_create_topics is off -> create it"}, []string{"producer id"}},
		{"missing, made by brokers", config("missing", func(k *Config) { k.AutoCreateTopics = true }),
			[]string{"warning: topic missing: it is not there: …the brokers decide -> create it, or make sure that auto.create.topics.enable"}, nil},
		{"may not write", config("seen"), []string{oneCopy, "fault: topic seen: the user may not write -> allow the user to Write"},
			[]string{"topic seen: settings are not known", "producer id"}},
		{"may write nowhere", config("seen", plain), []string{oneCopy, "fault: topic seen: the user may not write -> ",
			"fault: the brokers give no producer id: … -> allow the user to write to the topic first"}, nil},
		{"may not even see", config("hidden"), []string{"fault: topic hidden: the user may not see it, if it is there: … -> allow the user to Write and Describe"}, nil},
		{"template", config("{{severity}}ed"), []string{"warning: topic granted: replication factor 1"}, []string{`"{{severity}}ed" could name 1 topic of the cluster: granted; one that is missing has to be created`}},
		{"other CA", config("granted", func(k *Config) { k.TLSFiles.CAFile = c.OtherCAFile }), []string{"fault: broker …cannot be used: TLS handshake… -> set kafka_tls_ca_file"}, nil},
		{"no CA file", config("granted", func(k *Config) { k.TLSFiles.CAFile = passwordFile }), []string{"fault: TLS: …" + passwordFile + "… -> correct what kafka_tls_ca_file"}, nil},
		{"nobody verified", config("granted", func(k *Config) { k.TLSFiles.InsecureSkipVerify = true }), []string{"warning: …not verified… -> set kafka_tls_verify on", oneCopy}, nil},
		{"no TLS", config("granted", plain, func(k *Config) { k.TLS = false }), []string{"warning: the password is sent as it is: … -> set kafka_tls on", "fault: broker …cannot be used: … -> …kafka_tls"}, nil},
		{"no client certificate", config("granted", func(k *Config) { k.SASLMechanism, k.Brokers = "none", []string{c.MTLSAddr()} }),
			[]string{"fault: broker …cannot be used: …tls: … -> …set kafka_tls_cert_file"}, nil},
		{"no SASL", config("granted", func(k *Config) { k.SASLMechanism = "none" }), []string{"fault: broker …cannot be used: … -> "}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			lines := checkFor(t, test.config, 8*time.Second)
			expect(t, lines, test.wrong, test.fine...)
			if text := strings.Join(lines, "\n"); strings.Contains(text, "not-the-password") || strings.Contains(text, kafkatest.Scram512Password) {
				t.Errorf("a secret is told: %s", text)
			}
		})
	}
}

// TestCheckOpen is a broker without security, among others that are none.
func TestCheckOpen(t *testing.T) {
	shared.CreateTopic(t, "check.low", 1, 1, nil)
	shared.CreateTopic(t, "check.high", 1, 1, map[string]string{"max.message.bytes": "20000"})
	shared.CreateTopic(t, "check.compact", 1, 1, map[string]string{"cleanup.policy": "compact"})
	silent := listen(t, func(net.Conn) { time.Sleep(time.Minute) })
	closing := listen(t, func(net.Conn) {})
	web := listen(t, func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n") })
	banner := listen(t, func(c net.Conn) { fmt.Fprint(c, "SSH-2.0-OpenSSH_9.6\r\n") })
	for _, test := range []struct {
		name, brokers, topic string
		change               func(*Config)
		wrong, fine          []string
	}{
		{"second broker away", shared.Addr() + "," + nobody, "check.low", nil,
			[]string{"warning: broker 127.0.0.1:1 cannot be used, another is in its place: …refused -> start the broker", oneCopy}, []string{"answers (no TLS, no SASL)"}},
		{"no broker", nobody, "check.low", nil, []string{"fault: broker 127.0.0.1:1 cannot be used: …refused -> start the broker"}, nil},
		{"no such name", "kafka.invalid:9092", "check.low", nil, []string{"fault: broker kafka.invalid:9092 cannot be used: … -> correct the host's name"}, nil},
		{"silent", silent, "check.low", nil, []string{"fault: broker …timeout -> the broker did not answer in time"}, nil},
		{"silent first", silent + "," + shared.Addr(), "check.low", nil, []string{"warning: broker …another is in its place: …timeout -> ", oneCopy}, nil},
		{"closing", closing, "check.low", nil, []string{"fault: broker … -> …the port may want TLS (kafka_tls)"}, nil},
		{"secure shell", banner, "check.low", nil, []string{"fault: broker …does not speak Kafka's protocol -> correct host and port"}, nil},
		{"web server", web, "check.low", nil, []string{"fault: broker …does not speak Kafka's protocol -> correct host and port"}, nil},
		{"small messages", shared.Addr(), "check.high", nil, []string{oneCopy, "warning: topic check.high: max.message.bytes is 20000… -> raise max.message.bytes"}, nil},
		{"compacted", shared.Addr(), "check.compact", nil, []string{oneCopy, "warning: topic check.compact: cleanup.policy is compact"}, nil},
		{"several topics", shared.Addr(), "check.{{severity}}", nil, []string{
			"warning: topics check.compact, check.high, check.low: replication factor 1", "topic check.compact: cleanup.policy", "topic check.high: max.message.bytes"},
			[]string{"could name 3 topics of the cluster: check.compact, check.high, check.low", "topics check.compact, check.high, check.low: the user may write"}},
		{"no topic of them", shared.Addr(), "nowhere.{{severity}}", nil, []string{`fault: there is no topic that kafka_topic "nowhere.{{severity}}" could name`}, nil},
		{"any topic", shared.Addr(), "{{severity}}", nil, nil, []string{"could name "}},
		{"no legal name", shared.Addr(), "check low", nil, []string{`warning: kafka_topic "check low" is no name that Kafka allows: "check-low" is used`, "fault: topic check-low: it is not there"}, nil},
		{"not idempotent", shared.Addr(), "check.low", func(c *Config) { c.Idempotence = false }, []string{oneCopy, "warning: kafka_idempotence is off"}, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := checkConfig(t, test.brokers, test.topic)
			if test.change != nil {
				test.change(&c)
			}
			expect(t, checkFor(t, c, 2*time.Second), test.wrong, test.fine...)
		})
	}
}

// TestCheckMakesNothing looks twice for a topic that the broker would make: it
// is still not there.
func TestCheckMakesNothing(t *testing.T) {
	c := checkConfig(t, shared.Addr(), "check.unborn")
	c.AutoCreateTopics = true
	for range 2 {
		expect(t, checkFor(t, c, 5*time.Second), []string{"warning: topic check.unborn: it is not there: … -> create it"})
	}
}

// listen serves a port that is no broker's.
func listen(t *testing.T, serve func(net.Conn)) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close() // until then it is in use, or the garbage collector would close it
				serve(c)
			}()
		}
	}()
	return l.Addr().String()
}

// TestCheckAdvertised is the classic mistake: the broker answers where it is
// asked first, and sends clients to where nothing is.
func TestCheckAdvertised(t *testing.T) {
	t.Parallel()
	c := kafkatest.Start(t, kafkatest.Options{Properties: map[string]string{"advertised.listeners": "PLAINTEXT://kafka.invalid:9092"}})
	c.CreateTopic(t, "astray", 1, 1, nil)
	expect(t, checkFor(t, checkConfig(t, c.Addr(), "astray"), 5*time.Second), []string{
		"fault: broker 0 tells clients to use kafka.invalid:9092 (advertised.listeners), which cannot be used from here: … -> set advertised.listeners of broker 0…correct the host's name",
		oneCopy}, "broker "+c.Addr()+" answers", "topic astray: the user may write")
}

// TestJudgeReplicas looks at what a cluster of three says of a topic.
func TestJudgeReplicas(t *testing.T) {
	partition := func(id, leader int32, replicas, inSync int) metadata.ResponsePartition {
		return metadata.ResponsePartition{PartitionIndex: id, LeaderID: leader, ReplicaNodes: make([]int32, replicas), IsrNodes: make([]int32, inSync)}
	}
	for _, test := range []struct {
		name       string
		partitions []metadata.ResponsePartition
		minInSync  int
		want       string
	}{
		{"fine", []metadata.ResponsePartition{partition(0, 1, 3, 3), partition(1, 2, 3, 3)}, 2, "ok: 2 partitions, each with a leader and in sync; replication factor 3"},
		{"not known", []metadata.ResponsePartition{partition(0, 1, 3, 3)}, 0, "ok: 1 partition"},
		{"no leader", []metadata.ResponsePartition{partition(0, -1, 3, 1), partition(1, -1, 3, 1)}, 2, "fault: no leader for partitions 0, 1"},
		{"too few", []metadata.ResponsePartition{partition(0, 1, 3, 3), partition(1, 1, 3, 1)}, 2, "fault: fewer replicas in sync than min.insync.replicas (2) asks for: nothing can be written to partition 1"},
		{"behind", []metadata.ResponsePartition{partition(0, 1, 3, 2)}, 2, "warning: not all replicas of partition 0 are in sync"},
		{"one alone", []metadata.ResponsePartition{partition(0, 1, 3, 3)}, 1, "ok: 1 partition|warning: min.insync.replicas is 1"},
		{"no spare", []metadata.ResponsePartition{partition(0, 1, 2, 2)}, 2, "ok: 1 partition|warning: min.insync.replicas is the replication factor (2)"},
		{"more than there are", []metadata.ResponsePartition{partition(0, 1, 1, 1)}, 2, "ok: 1 partition|warning: replication factor 1"},
	} {
		want := strings.Split(test.want, "|")
		got := judgeReplicas(test.partitions, test.minInSync)
		good := len(got) == len(want)
		for i := 0; good && i < len(got); i++ {
			good = strings.HasPrefix(got[i].Level.String()+": "+got[i].What, want[i])
		}
		if !good {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

// TestJudgeBrokers finds brokers of two clusters in one list; and a broker that
// is known by its configured address is not told to advertise another.
func TestJudgeBrokers(t *testing.T) {
	got := judgeBrokers([]answer{
		{address: "a:9092", cluster: &metadata.Response{ClusterID: "one"}},
		{address: "b:9092", err: errors.New("x\ny")},
		{address: "c:9092", cluster: &metadata.Response{ClusterID: "two"}},
	}, "TLS")
	if len(got) != 4 || got.Count(outputs.Fault) != 1 || got[1].Level != outputs.Warning || !strings.Contains(got[3].What, "different clusters: one, two") {
		t.Error(got)
	}
	cluster := &metadata.Response{Brokers: []metadata.ResponseBroker{{NodeID: 1, Host: "a", Port: 9092}, {NodeID: 2, Host: "b", Port: 9092}}}
	failed := map[string]error{"a:9092": errors.New("x"), "b:9092": kafka.SASLAuthenticationFailed}
	got = judgeAdvertised(cluster, failed, []string{"a:9092"})
	if len(got) != 2 || strings.Contains(got[0].Fix, "advertised.listeners") || !strings.Contains(got[1].Fix, "advertised.listeners of broker 2") ||
		!strings.Contains(got[1].Fix, "kafka_sasl_password") {
		t.Error(got)
	}
}
