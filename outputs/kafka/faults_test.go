package kafka

import (
	"context"
	"errors"
	"math"
	"net"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// unreliable makes connections that lose answers: while armed, what the broker
// answers to a request of more than 1,000 bytes is thrown away, and the
// connection is cut. The broker has taken the request by then.
type unreliable struct {
	armed, lost atomic.Int32
	// stall keeps the connection open instead, without an answer.
	stall atomic.Bool
}

func (u *unreliable) DialContext(ctx context.Context, network, addr string) (net.Conn, error) {
	var d net.Dialer
	c, err := d.DialContext(ctx, network, addr)
	if err != nil {
		return nil, err
	}
	return &unreliableConn{Conn: c, of: u}, nil
}

type unreliableConn struct {
	net.Conn
	of    *unreliable
	large atomic.Bool
}

func (c *unreliableConn) Write(p []byte) (int, error) {
	c.large.Store(c.large.Load() || len(p) > 1000)
	return c.Conn.Write(p)
}

func (c *unreliableConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err != nil || !c.large.Load() || c.of.armed.Add(-1) < 0 {
		c.large.Store(false)
		return n, err
	}
	c.of.lost.Add(1)
	if c.of.stall.Load() {
		for err == nil {
			_, err = c.Conn.Read(p) // until the deadline of the request
		}
		return 0, err
	}
	return 0, errors.Join(errors.New("the answer is lost"), c.Close())
}

// openUnreliable opens an output whose answers can be lost.
func openUnreliable(t *testing.T, change func(*Config)) (*Output, *unreliable) {
	t.Helper()
	o, _ := openOutput(t, shared.Addr(), change)
	u := &unreliable{}
	u.armed.Store(0)
	o.client.transport.CloseIdleConnections()
	o.client.transport.Dial = u.DialContext
	return o, u
}

// TestLostAnswers is the reason for idempotence: the broker has the batch, the
// answer does not come, the batch is sent again, and is there once. Without
// idempotence the same test finds it twice.
func TestLostAnswers(t *testing.T) {
	for name, idempotence := range map[string]bool{"idempotent": true, "plain": false} {
		t.Run(name, func(t *testing.T) {
			topic := "lost." + name
			shared.CreateTopic(t, topic, 1, 1, nil)
			o, u := openUnreliable(t, func(c *Config) { c.Idempotence = idempotence })
			docs := documents(topic, 0, 1000)
			u.armed.Store(3)
			for n := 0; n < len(docs); n += 100 {
				if dead := send(t, o, docs[n:n+100], flushTime); len(dead) > 0 {
					t.Fatal(firstError(dead))
				}
			}
			twice := account(t, shared, topic, docs)
			if u.lost.Load() == 0 || (twice > 0) == idempotence {
				t.Errorf("%d answers lost, %d documents twice", u.lost.Load(), twice)
			}
		})
	}
}

// TestUnansweredBatch is a flush whose time is over before the answer comes.
// The chunk comes again: the same batch is sent, with the same sequence, not
// its documents anew.
func TestUnansweredBatch(t *testing.T) {
	shared.CreateTopic(t, "unanswered", 2, 1, nil)
	o, u := openUnreliable(t, nil)
	send(t, o, documents("unanswered", 5000, 10), flushTime) // connections are there
	docs := documents("unanswered", 0, 300)
	u.stall.Store(true)
	u.armed.Store(math.MaxInt32)
	b := batchOf(docs)
	failures := writeFor(o, b, 300*time.Millisecond)
	u.armed.Store(0)
	if len(failures) != 300 || !failures[0].Err.Retryable || b.Memory == nil {
		t.Fatalf("%d failures, memory %v: %s", len(failures), b.Memory, firstError(failures))
	}
	next := comeAgain(b, docs, failures)
	if failures := writeFor(o, next, flushTime); len(failures) > 0 || next.Memory != nil {
		t.Fatalf("%s, memory %v", firstError(failures), next.Memory)
	}
	if twice := account(t, shared, "unanswered", append(documents("unanswered", 5000, 10), docs...)); twice > 0 {
		t.Errorf("%d twice", twice)
	}
	if o.counts.epochs.Load() > 0 {
		t.Error("the sequence was lost")
	}
}

// TestUnansweredBatchOfAnotherChunk is sent before the batches of a chunk that
// comes in between, and its own chunk then finds it acknowledged.
func TestUnansweredBatchOfAnotherChunk(t *testing.T) {
	shared.CreateTopic(t, "between", 1, 1, nil)
	o, u := openUnreliable(t, nil)
	send(t, o, documents("between", 5000, 10), flushTime)
	first, second := documents("between", 0, 50), documents("between", 1000, 50)
	u.stall.Store(true)
	u.armed.Store(math.MaxInt32)
	b := batchOf(first)
	failures := writeFor(o, b, 300*time.Millisecond)
	u.armed.Store(0)
	if len(failures) != 50 {
		t.Fatalf("%d failures", len(failures))
	}
	if dead := send(t, o, second, flushTime); len(dead) > 0 {
		t.Fatal(firstError(dead))
	}
	batches := o.counts.batches.Load()
	if failures := writeFor(o, comeAgain(b, first, failures), flushTime); len(failures) > 0 {
		t.Fatal(firstError(failures))
	}
	if o.counts.batches.Load() != batches {
		t.Error("documents that were acknowledged meanwhile were sent anew")
	}
	all := append(append(documents("between", 5000, 10), first...), second...)
	if twice := account(t, shared, "between", all); twice > 0 {
		t.Errorf("%d twice", twice)
	}
}

// TestRefusedWhileAway is a batch without an answer that the broker turns out
// to find too large when another chunk has it sent again: its own chunk divides it.
func TestRefusedWhileAway(t *testing.T) {
	shared.CreateTopic(t, "away", 1, 1, map[string]string{"max.message.bytes": "20000"})
	o, u := openUnreliable(t, func(c *Config) { c.Compression = "none" })
	send(t, o, documents("away", 5000, 1), flushTime)
	first := documents("away", 0, 60)
	u.stall.Store(true)
	u.armed.Store(math.MaxInt32)
	b := batchOf(first)
	failures := writeFor(o, b, 300*time.Millisecond)
	u.armed.Store(0)
	second := documents("away", 1000, 5)
	send(t, o, second, flushTime)
	if failures := writeFor(o, comeAgain(b, first, failures), flushTime); len(failures) > 0 {
		t.Fatal(firstError(failures))
	}
	all := append(append(documents("away", 5000, 1), second...), first...)
	if twice := account(t, shared, "away", all); twice > 0 {
		t.Errorf("%d twice", twice)
	}
}

// TestNewEpoch is a broker that does not know the sequence: a gap, and an epoch
// that another producer has taken.
func TestNewEpoch(t *testing.T) {
	shared.CreateTopic(t, "epoch", 1, 1, nil)
	o, log := openOutput(t, shared.Addr(), nil)
	docs := documents("epoch", 0, 400)
	p := func() *partition { return o.topics.of([]byte("epoch")).partitions.Load().list[0] }
	send(t, o, docs[:100], flushTime)
	first := p().producer
	p().sequence += 7
	send(t, o, docs[100:200], flushTime)
	if second := p().producer; second.id != first.id || second.epoch != first.epoch+1 {
		t.Errorf("after a gap the producer is %v, was %v", second, first)
	}
	p().producer.epoch--
	send(t, o, docs[200:300], flushTime)
	if third := p().producer; third.id == first.id || third.epoch != 0 {
		t.Errorf("after an old epoch the producer is %v, was %v", third, first)
	}
	p().producer.epoch, p().sequence = math.MaxInt16, 0
	send(t, o, docs[300:350], flushTime)
	p().sequence += 7
	send(t, o, docs[350:], flushTime)
	if fourth := p().producer; fourth.epoch == math.MaxInt16 {
		t.Errorf("after the last epoch the producer is %v", fourth)
	}
	if twice := account(t, shared, "epoch", docs); twice > 0 || o.counts.epochs.Load() != 3 {
		t.Errorf("%d twice, %d new epochs counted", twice, o.counts.epochs.Load())
	}
	if !strings.Contains(log.String(), "a new epoch begins") {
		t.Error("nothing is logged")
	}
}

// TestSequenceWraps goes over the end of the sequence's numbers.
func TestSequenceWraps(t *testing.T) {
	shared.CreateTopic(t, "wrap", 1, 1, nil)
	o, _ := openOutput(t, shared.Addr(), nil)
	docs := documents("wrap", 0, 300)
	send(t, o, docs[:1], flushTime)
	p := o.topics.of([]byte("wrap")).partitions.Load().list[0]
	// A new epoch may not begin anywhere but at 0; a new producer may.
	next, err := o.producers.renew(context.Background(), p.producer)
	if err != nil {
		t.Fatal(err)
	}
	p.producer, p.sequence = next, math.MaxInt32-120
	for n := 1; n < len(docs); n += 50 {
		send(t, o, docs[n:min(n+50, len(docs))], flushTime)
	}
	if twice := account(t, shared, "wrap", docs); twice > 0 || o.counts.epochs.Load() != 0 || p.sequence > 1000 {
		t.Errorf("%d twice, %d new epochs, sequence %d", twice, o.counts.epochs.Load(), p.sequence)
	}
}

// TestErrorsAreDecided has an action for each answer, and a hint where a person has to act.
func TestErrorsAreDecided(t *testing.T) {
	for code, a := range answers {
		got, hint := decide(&refusal{code: code})
		if got != a.action || hint != a.hint {
			t.Errorf("%v: %v %q", code, got, hint)
		}
		if a.action == later && hint == "" {
			t.Errorf("%v: nobody is told what to do", code)
		}
	}
	e := failure("t", &refusal{code: 10, message: "too big"})
	if e.Retryable || !strings.Contains(e.Error(), "too big") {
		t.Errorf("%v", e)
	}
}

// TestNoKafka is a port where something else answers: what it says must not be
// taken for the length of something to allocate.
func TestNoKafka(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	go func() {
		for {
			c, err := server.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n"))
			defer c.Close()
		}
	}()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	o, log := openOutput(t, server.Addr().String(), nil)
	failures := writeFor(o, batchOf(documents("none", 0, 3)), 5*time.Second)
	runtime.ReadMemStats(&after)
	if len(failures) != 3 || !failures[0].Err.Retryable || !strings.Contains(firstError(failures), "no broker answers there") ||
		!strings.Contains(log.String(), "not ready at start") {
		t.Errorf("%d failures: %s\n%s", len(failures), firstError(failures), log)
	}
	if grown := after.TotalAlloc - before.TotalAlloc; grown > 64<<20 {
		t.Errorf("%d MB allocated", grown>>20)
	}
}

// TestOneBrokerDoesNotAnswer is a first address that swallows what is sent to it.
func TestOneBrokerDoesNotAnswer(t *testing.T) {
	silent, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	shared.CreateTopic(t, "silent", 1, 1, nil)
	for n := range 4 { // the library takes the addresses in a random order
		o, _ := openOutput(t, silent.Addr().String()+","+shared.Addr(), func(c *Config) { c.RequestTimeout = 2 * time.Second })
		if dead := send(t, o, documents("silent", n*10, 10), 30*time.Second); len(dead) > 0 {
			t.Error(firstError(dead))
		}
	}
	account(t, shared, "silent", documents("silent", 0, 40))
}
