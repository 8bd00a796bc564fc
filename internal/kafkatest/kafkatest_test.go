//go:build unix

package kafkatest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"
)

// TestOneBroker shares a broker, since its start takes longer than all the rest.
func TestOneBroker(t *testing.T) {
	start := time.Now()
	c := Start(t, Options{TLS: true, SASL: true, Authorizer: true})
	t.Logf("started in %s", time.Since(start))
	t.Run("listeners", func(t *testing.T) { testListeners(t, c) })
	t.Run("foreign certificates", func(t *testing.T) { testForeignCertificates(t, c) })
	t.Run("rights", func(t *testing.T) { testRights(t, c) })
	t.Run("topics", func(t *testing.T) { testTopics(t, c) })
	t.Run("messages", func(t *testing.T) { testMessages(t, c) })
	t.Run("reads fast", func(t *testing.T) { testReadsFast(t, c) })
	t.Run("faults", func(t *testing.T) { testFaults(t, c) })
}

func testListeners(t *testing.T, c *Cluster) {
	c.CreateTopic(t, "listeners", 1, 1, nil)
	for _, user := range []string{PlainUser, ScramUser, "CN=client"} {
		c.GrantProduce(t, user, "listeners")
	}
	clientTLS := tlsConfig(t, c.CAFile, c.ClientCertFile, c.ClientKeyFile)
	serverTLS := tlsConfig(t, c.CAFile, "", "")
	alice := plain.Mechanism{Username: PlainUser, Password: PlainPassword}
	carol256 := scram{"SCRAM-SHA-256", ScramUser, Scram256Password}
	carol512 := scram{"SCRAM-SHA-512", ScramUser, Scram512Password}
	clients := []struct {
		name, addr string
		transport  *kafka.Transport
	}{
		{"plaintext", c.Addr(), &kafka.Transport{}},
		{"TLS", c.TLSAddr(), &kafka.Transport{TLS: serverTLS}},
		{"mTLS", c.MTLSAddr(), &kafka.Transport{TLS: clientTLS}},
		{"PLAIN", c.SASLAddr(), &kafka.Transport{SASL: alice}},
		{"SCRAM-SHA-256", c.SASLAddr(), &kafka.Transport{SASL: carol256}},
		{"SCRAM-SHA-512", c.SASLAddr(), &kafka.Transport{SASL: carol512}},
		{"PLAIN over TLS", c.SASLTLSAddr(), &kafka.Transport{SASL: alice, TLS: serverTLS}},
		{"SCRAM over TLS", c.SASLTLSAddr(), &kafka.Transport{SASL: carol512, TLS: serverTLS}},
	}
	var want []string
	for _, client := range clients {
		if err := write(t, client.addr, client.transport, "listeners", kafka.Message{Value: []byte(client.name)}); err != nil {
			t.Errorf("%s: %v", client.name, err)
		}
		want = append(want, client.name)
	}
	if got := values(c.ReadAll(t, "listeners")); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func testForeignCertificates(t *testing.T, c *Cluster) {
	var unknown x509.UnknownAuthorityError
	otherCA := &kafka.Transport{TLS: tlsConfig(t, c.OtherCAFile, "", "")}
	if err := write(t, c.TLSAddr(), otherCA, "x", kafka.Message{}); !errors.As(err, &unknown) {
		t.Errorf("the client knows another authority: %v", err)
	}
	otherCert := &kafka.Transport{TLS: tlsConfig(t, c.CAFile, c.OtherCertFile, c.OtherKeyFile)}
	if err := write(t, c.MTLSAddr(), otherCert, "x", kafka.Message{}); err == nil {
		t.Error("a client certificate of another authority was taken")
	}
	var mechanism sasl.Mechanism = plain.Mechanism{Username: PlainUser, Password: "wrong"}
	if err := write(t, c.SASLAddr(), &kafka.Transport{SASL: mechanism}, "x", kafka.Message{}); !errors.Is(err, kafka.SASLAuthenticationFailed) {
		t.Errorf("a wrong password: %v", err)
	}
}

func testRights(t *testing.T, c *Cluster) {
	c.CreateTopic(t, "rights", 1, 1, nil)
	alice := func() *kafka.Transport {
		return &kafka.Transport{SASL: plain.Mechanism{Username: PlainUser, Password: PlainPassword}}
	}
	if err := write(t, c.SASLAddr(), alice(), "rights", kafka.Message{}); !errors.Is(err, kafka.UnknownTopicOrPartition) {
		t.Errorf("without rights: %v", err)
	}
	c.Grant(t, PlainUser, "rights", kafka.ACLOperationTypeDescribe)
	if err := write(t, c.SASLAddr(), alice(), "rights", kafka.Message{}); !errors.Is(err, kafka.TopicAuthorizationFailed) {
		t.Errorf("with the right to describe: %v", err)
	}
	c.GrantProduce(t, PlainUser, "rights")
	if err := write(t, c.SASLAddr(), alice(), "rights", kafka.Message{}); err != nil {
		t.Errorf("with the right to write: %v", err)
	}
}

func testTopics(t *testing.T, c *Cluster) {
	for range 3 {
		c.CreateTopic(t, "topics", 4, 1, map[string]string{"max.message.bytes": "1000"})
		if got := c.Offsets(t, "topics"); len(got) != 4 || got[0] != 0 {
			t.Errorf("offsets %v", got)
		}
		err := write(t, c.Addr(), &kafka.Transport{}, "topics", kafka.Message{Value: make([]byte, 2000)})
		if !errors.Is(err, kafka.MessageSizeTooLarge) {
			t.Errorf("the topic's configuration was not used: %v", err)
		}
		c.DeleteTopic(t, "topics")
	}
	err := write(t, c.Addr(), &kafka.Transport{}, "topics", kafka.Message{})
	if !errors.Is(err, kafka.UnknownTopicOrPartition) {
		t.Errorf("to a deleted topic: %v", err)
	}
}

func testMessages(t *testing.T, c *Cluster) {
	c.CreateTopic(t, "messages", 2, 1, nil)
	at := time.UnixMilli(1_700_000_000_123)
	sent := []kafka.Message{
		{Key: []byte("k"), Value: []byte("v"), Time: at, Headers: []kafka.Header{{Key: "h", Value: []byte("1")}, {Key: "h", Value: []byte("2")}}},
		{Key: []byte{}, Value: []byte{}, Time: at},
		{Time: at},
	}
	for _, codec := range []kafka.Compression{0, kafka.Gzip, kafka.Snappy, kafka.Lz4, kafka.Zstd} {
		w := writer(t, c.Addr(), &kafka.Transport{}, "messages")
		w.Compression = codec
		w.Balancer = kafka.BalancerFunc(func(kafka.Message, ...int) int { return 1 })
		if err := w.WriteMessages(t.Context(), sent...); err != nil {
			t.Fatal(err)
		}
	}
	got := c.ReadAll(t, "messages")
	if len(got) != 5*len(sent) {
		t.Fatalf("%d messages", len(got))
	}
	for i, m := range got {
		want := sent[i%len(sent)]
		if m.Partition != 1 || m.Offset != int64(i) || !m.Time.Equal(at) || len(m.Headers) != len(want.Headers) ||
			string(m.Key) != string(want.Key) || string(m.Value) != string(want.Value) ||
			(m.Key == nil) != (want.Key == nil) || (m.Value == nil) != (want.Value == nil) {
			t.Errorf("message %d is %+v", i, m)
		}
	}
	if h := got[0].Headers; h[1].Key != "h" || string(h[1].Value) != "2" {
		t.Errorf("headers %v", h)
	}
}

func testReadsFast(t *testing.T, c *Cluster) {
	const messages, partitions = 60_000, 4
	c.CreateTopic(t, "fast", partitions, 1, nil)
	w := writer(t, c.Addr(), &kafka.Transport{}, "fast")
	w.BatchSize, w.Balancer = 1000, &kafka.RoundRobin{}
	batch := make([]kafka.Message, 4000)
	for i := range messages / len(batch) {
		for j := range batch {
			batch[j].Value = fmt.Appendf(nil, "%0200d", i*len(batch)+j)
		}
		if err := w.WriteMessages(t.Context(), batch...); err != nil {
			t.Fatal(err)
		}
	}
	start := time.Now()
	seen := map[string]bool{}
	next := map[int]int64{}
	c.Each(t, "fast", func(m Message) {
		seen[string(m.Value)] = true
		if m.Offset != next[m.Partition] {
			t.Fatalf("offset %d of partition %d after %d", m.Offset, m.Partition, next[m.Partition])
		}
		next[m.Partition]++
	})
	t.Logf("read %d messages in %s", messages, time.Since(start))
	if len(seen) != messages || !maps.Equal(next, c.Offsets(t, "fast")) {
		t.Errorf("%d messages, offsets %v", len(seen), next)
	}
}

func testFaults(t *testing.T, c *Cluster) {
	c.CreateTopic(t, "faults", 3, 1, nil)
	put := func(value string) error {
		return write(t, c.Addr(), &kafka.Transport{}, "faults", kafka.Message{Value: []byte(value)})
	}
	mustDo(t, put("before"))
	b := c.Broker(0)
	for name, end := range map[string]func() error{"kill": b.Kill, "stop": b.Stop} {
		mustDo(t, end())
		if err := put("while down"); err == nil {
			t.Errorf("%s: a write worked", name)
		}
		start := time.Now()
		mustDo(t, b.Start())
		mustDo(t, b.Ready(t.Context()))
		t.Logf("%s: ready again after %s", name, time.Since(start))
		mustDo(t, put("after"))
	}
	mustDo(t, b.Pause())
	if err := b.serves(timeout(t, 200*time.Millisecond), 1); err == nil {
		t.Error("a paused broker answers")
	}
	mustDo(t, b.Resume())
	mustDo(t, b.Ready(timeout(t, 10*time.Second)))
	mustDo(t, put("after"))
	if got := values(c.ReadAll(t, "faults")); len(got) != 4 {
		t.Errorf("stored: %q", got)
	}
	mustDo(t, b.Kill())
	if err := b.Ready(timeout(t, time.Second)); !errors.Is(err, errNotRunning) {
		t.Errorf("a killed broker is ready: %v", err)
	}
}

// Writes go on while brokers are killed and come back.
func TestThreeBrokers(t *testing.T) {
	start := time.Now()
	c := Start(t, Options{Brokers: 3})
	t.Logf("started in %s", time.Since(start))
	c.CreateTopic(t, "copies", 1, 3, map[string]string{"min.insync.replicas": "2"})
	w := writer(t, "", &kafka.Transport{MetadataTTL: 100 * time.Millisecond}, "copies")
	w.Addr = kafka.TCP(c.Addrs()...)
	w.MaxAttempts = 50
	want := 0
	for round := range 2 {
		leader := c.Broker(c.Leader(t, "copies", 0))
		mustDo(t, leader.Kill())
		start = time.Now()
		for range 5 {
			mustDo(t, w.WriteMessages(t.Context(), kafka.Message{Value: fmt.Append(nil, want)}))
			want++
		}
		t.Logf("round %d: %s killed, written after %s", round, leader, time.Since(start))
		if got := c.Leader(t, "copies", 0); got == leader.id {
			t.Errorf("the killed broker %d leads", got)
		}
		start = time.Now()
		mustDo(t, leader.Start())
		mustDo(t, leader.Ready(timeout(t, startTimeout)))
		t.Logf("ready again after %s", time.Since(start))
		c.WaitInSync(t, "copies")
		t.Logf("in sync after %s", time.Since(start))
	}
	if got := values(c.ReadAll(t, "copies")); len(slices.Compact(got)) != want {
		t.Errorf("%d messages of %d: %q", len(got), want, got)
	}
}

func TestFailingStartSaysWhy(t *testing.T) {
	_, err := Run(Options{Properties: map[string]string{"log.retention.ms": "soon"}})
	if err == nil || !errors.Is(err, errNotRunning) {
		t.Fatalf("got %v", err)
	}
	t.Log(err)
}

// write writes with a writer of its own, and without retries.
func write(t *testing.T, addr string, transport *kafka.Transport, topic string, m kafka.Message) error {
	t.Helper()
	defer transport.CloseIdleConnections()
	w := writer(t, addr, transport, topic)
	w.MaxAttempts = 1
	err := w.WriteMessages(t.Context(), m)
	var each kafka.WriteErrors
	if errors.As(err, &each) {
		return each[0]
	}
	return err
}

func writer(t *testing.T, addr string, transport *kafka.Transport, topic string) *kafka.Writer {
	w := &kafka.Writer{
		Addr: kafka.TCP(addr), Topic: topic, Transport: transport,
		RequiredAcks: kafka.RequireAll, BatchTimeout: time.Millisecond,
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func tlsConfig(t *testing.T, caFile, certFile, keyFile string) *tls.Config {
	t.Helper()
	ca, err := os.ReadFile(caFile)
	mustDo(t, err)
	config := &tls.Config{RootCAs: x509.NewCertPool()}
	config.RootCAs.AppendCertsFromPEM(ca)
	if certFile != "" {
		pair, err := tls.LoadX509KeyPair(certFile, keyFile)
		mustDo(t, err)
		config.Certificates = []tls.Certificate{pair}
	}
	return config
}

func values(messages []Message) []string {
	var all []string
	for _, m := range messages {
		all = append(all, string(m.Value))
	}
	return all
}

func timeout(t *testing.T, d time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func mustDo(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
