package metrics

import (
	"slices"
	"sync/atomic"
)

// The upper bounds of the histograms' buckets, in seconds. flush_timeout is 60 s
// unless it is set; computers that were offline bring events days late.
var (
	flushBounds = []float64{0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}
	lagBounds   = []float64{1, 2, 5, 10, 30, 60, 120, 300, 900, 3600, 14400, 86400}
)

// maxBounds is the length of the longest list of bounds.
const maxBounds = 13

// histogram counts values by size. The zero value needs its bounds.
type histogram struct {
	bounds []float64
	counts [maxBounds + 1]atomic.Uint64
	sum    atomicFloat
}

func (h *histogram) observe(v float64) {
	i, _ := slices.BinarySearch(h.bounds, v)
	h.counts[i].Add(1)
	h.sum.add(v)
}

// Distribution is a copy of a histogram.
type Distribution struct {
	Count uint64
	Sum   float64
	// UpTo counts the values that are not greater than each bound.
	UpTo map[float64]uint64
}

func (h *histogram) read() Distribution {
	d := Distribution{Sum: h.sum.load(), UpTo: make(map[float64]uint64, len(h.bounds))}
	for i, bound := range h.bounds {
		d.Count += h.counts[i].Load()
		d.UpTo[bound] = d.Count
	}
	d.Count += h.counts[len(h.bounds)].Load()
	return d
}
