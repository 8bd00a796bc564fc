//go:build unix

package kafkatest

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/protocol/listoffsets"

	"winevent/internal/services"
)

// Broker is one process of a cluster. Its methods may be called from any goroutine.
type Broker struct {
	id    int
	role  string
	dir   string
	java  javaCommand
	flags []string
	ports map[string]int // by listener

	mu      sync.Mutex
	process *services.Process
	paused  bool
}

var errNotRunning = errors.New("the broker is not running")

// Start starts the broker, again on the same ports and data if it ran before,
// and returns at once. Ready waits until it serves.
func (b *Broker) Start() error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.process != nil && !b.process.Exited() {
		return errors.New("the broker is running")
	}
	cmd := b.java.command(b.flags, "kafka.Kafka", b.properties())
	cmd.Dir = b.dir
	process, err := services.Start(cmd, b.logFile())
	b.process, b.paused = process, false
	return err
}

// Kill ends the broker as a crash does (SIGKILL).
func (b *Broker) Kill() error { return b.end((*services.Process).Kill) }

// Stop lets the broker hand over its partitions and end (SIGTERM).
func (b *Broker) Stop() error { return b.end((*services.Process).Stop) }

// end does not hold the lock while the process ends: others may look at it meanwhile.
func (b *Broker) end(how func(*services.Process) error) error {
	p := b.started()
	if p == nil {
		return nil
	}
	return how(p)
}

// Pause makes the broker hang (SIGSTOP): connections stay and get no answers.
func (b *Broker) Pause() error { return b.pause(true, (*services.Process).Pause) }

// Resume ends Pause.
func (b *Broker) Resume() error { return b.pause(false, (*services.Process).Resume) }

func (b *Broker) pause(paused bool, how func(*services.Process) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.process == nil {
		return errNotRunning
	}
	err := how(b.process)
	if err == nil {
		b.paused = paused
	}
	return err
}

// Ready waits until the broker serves: clients see it, and each partition that
// it could lead has a leader.
func (b *Broker) Ready(ctx context.Context) error { return b.ready(ctx, 1) }

// ready waits until the broker serves and sees so many brokers, itself among them.
func (b *Broker) ready(ctx context.Context, brokers int) error {
	for {
		err := b.serves(ctx, brokers)
		if err == nil {
			return nil
		}
		if b.exited() {
			err = errNotRunning
		} else if sleep(ctx, 20*time.Millisecond) == nil {
			continue
		}
		log := b.LogTail()
		return fmt.Errorf("%s is not ready: %w; its log ends with:\n%s%s", b, err, log, hint(log))
	}
}

// serves asks for one look at the cluster.
func (b *Broker) serves(ctx context.Context, brokers int) error {
	seen, err := look(ctx, b.Addr())
	if err != nil {
		return err
	}
	self := int32(b.id)
	if !seen.hasBroker(self) || len(seen.Brokers) < brokers {
		return fmt.Errorf("%d brokers are registered", len(seen.Brokers))
	}
	if err := seen.ledWith(self); err != nil {
		return err
	}
	return b.leads(ctx, seen)
}

// leads asks the broker for an offset of each partition that it is said to lead:
// the cluster knows of a leader some time before the leader itself does.
func (b *Broker) leads(ctx context.Context, seen view) error {
	led := seen.ledBy(int32(b.id))
	if len(led) == 0 {
		return nil
	}
	response, err := askOnce[*listoffsets.Response](ctx, b.Addr(), &listoffsets.Request{ReplicaID: -1, Topics: led})
	if err != nil {
		return err
	}
	for _, t := range response.Topics {
		for _, p := range t.Partitions {
			err := failure(p.ErrorCode, "")
			if errors.Is(err, kafka.NotLeaderForPartition) || errors.Is(err, kafka.UnknownTopicOrPartition) {
				return fmt.Errorf("partition %d of topic %s: %w", p.Partition, t.Topic, err)
			}
		}
	}
	return nil
}

// Addr is the broker's plaintext address.
func (b *Broker) Addr() string { return b.addr(plainListener) }

func (b *Broker) addr(listener string) string {
	port, ok := b.ports[listener]
	if !ok {
		panic("kafkatest: the options have no " + listener + " listener")
	}
	return local(port)
}

// answers says whether it makes sense to ask the broker something.
func (b *Broker) answers() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.process != nil && !b.paused && !b.process.Exited()
}

func (b *Broker) exited() bool {
	p := b.started()
	return p == nil || p.Exited()
}

// started is the process that was started last, nil if there was none.
func (b *Broker) started() *services.Process {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.process
}

// LogTail is the end of the broker's log: warnings and errors.
func (b *Broker) LogTail() string {
	if p := b.started(); p != nil {
		return p.LogTail()
	}
	return ""
}

// PID is the process id, 0 if the broker was never started.
func (b *Broker) PID() int {
	if p := b.started(); p != nil {
		return p.PID()
	}
	return 0
}

// String is "broker 0" or "controller 3".
func (b *Broker) String() string { return fmt.Sprintf("%s %d", b.role, b.id) }

func (b *Broker) data() string       { return filepath.Join(b.dir, "data") }
func (b *Broker) properties() string { return filepath.Join(b.dir, "server.properties") }
func (b *Broker) logFile() string    { return filepath.Join(b.dir, "server.log") }

// hint says what to do about what a log says.
func hint(log string) string {
	if strings.Contains(log, "UnsupportedClassVersionError") {
		return "\ninstall a JDK 17 or later (Debian: openjdk-17-jdk-headless)"
	}
	return ""
}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}
