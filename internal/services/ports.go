//go:build unix

package services

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
)

// Servers get ports below those that Linux gives to outgoing connections (32768
// and up by default). Otherwise a client that dials the port of a killed server
// might be given that very port, be connected to itself, and keep the server
// from coming back.
const lowestPort, highestPort = 20000, 32000

// FreePorts returns n ports of 127.0.0.1 that nobody listens on. They belong to
// this process until it ends, by a lock that other test processes look at: a
// server that is down for a while finds its port free.
func FreePorts(n int) ([]int, error) {
	cache, err := Dir()
	if err != nil {
		return nil, err
	}
	locks := filepath.Join(cache, "ports")
	if err := os.MkdirAll(locks, 0o755); err != nil {
		return nil, err
	}
	var ports []int
	for range 100 * n {
		port := lowestPort + rand.IntN(highestPort-lowestPort)
		if !reserve(locks, port) {
			continue
		}
		if ports = append(ports, port); len(ports) == n {
			return ports, nil
		}
	}
	return nil, fmt.Errorf("fewer than %d of the ports %d to %d are free", n, lowestPort, highestPort)
}

// reserved has the locks of this process's ports. Without a reference to them
// the garbage collector would close their files.
var reserved struct {
	sync.Mutex
	locks []func()
}

func reserve(locks string, port int) bool {
	name := strconv.Itoa(port)
	unlock, err := lock(filepath.Join(locks, name), syscall.LOCK_EX|syscall.LOCK_NB)
	if err != nil {
		return false
	}
	l, err := net.Listen("tcp4", net.JoinHostPort("127.0.0.1", name))
	if err != nil {
		unlock()
		return false
	}
	l.Close()
	reserved.Lock()
	defer reserved.Unlock()
	reserved.locks = append(reserved.locks, unlock)
	return true
}
