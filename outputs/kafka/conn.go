package kafka

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"time"
)

// idleDeadline ends what the library lets wait without an end: an
// authentication that is never answered. Every request sets its own deadline.
const idleDeadline = 30 * time.Second

type dialFunc = func(ctx context.Context, network, address string) (net.Conn, error)

// guard makes connections safe for the library. timeout is for one address:
// the library gives all of the list together one deadline, which the first one
// could use up.
func guard(dial dialFunc, timeout time.Duration) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithTimeout(ctx, timeout)
		defer cancel()
		c, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &guarded{Conn: c}, nil
	}
}

// errOtherProtocol says that what answers at an address is not a broker.
var errOtherProtocol = errors.New("what answers there does not speak Kafka's protocol")

// guarded is a connection whose first answer is looked at, because the library
// takes whatever comes for numbers, and allocates gigabytes for what a web
// server says. Only one goroutine reads at a time.
type guarded struct {
	net.Conn
	looked bool
	head   []byte // was read, and is not passed on yet
}

// Read implements net.Conn.
func (g *guarded) Read(p []byte) (int, error) {
	if !g.looked {
		g.looked = true
		head := make([]byte, 8) // the answer's size, and the number of the request
		n, err := io.ReadFull(g.Conn, head)
		if err == nil && binary.BigEndian.Uint32(head[4:]) != 1 {
			return 0, errOtherProtocol
		}
		if n == 0 {
			return 0, err
		}
		g.head = head[:n]
	}
	if len(g.head) > 0 {
		n := copy(p, g.head)
		g.head = g.head[n:]
		return n, nil
	}
	return g.Conn.Read(p)
}

// SetDeadline implements net.Conn. No deadline becomes a far one.
func (g *guarded) SetDeadline(t time.Time) error {
	if t.IsZero() {
		t = time.Now().Add(idleDeadline)
	}
	return g.Conn.SetDeadline(t)
}
