package main

import (
	"slices"
	"sync"

	"winevent/plugin/instance"
)

// instances are the open ones. fluent-bit-go keeps its contexts for ever, so
// closing has to be remembered here: exit may come by either of two calls.
var instances struct {
	mu   sync.Mutex
	open []*instance.Instance
}

func register(i *instance.Instance) {
	instances.mu.Lock()
	defer instances.mu.Unlock()
	instances.open = append(instances.open, i)
	watchHangup()
}

// opened returns the open instances.
func opened() []*instance.Instance {
	instances.mu.Lock()
	defer instances.mu.Unlock()
	return slices.Clone(instances.open)
}

// closeInstance closes an instance once.
func closeInstance(i *instance.Instance) {
	instances.mu.Lock()
	at := slices.Index(instances.open, i)
	if at >= 0 {
		instances.open = slices.Delete(instances.open, at, at+1)
	}
	instances.mu.Unlock()
	if at >= 0 {
		_ = i.Close() // what could not be closed was synced by the last flush; Close logs the counts
	}
}
