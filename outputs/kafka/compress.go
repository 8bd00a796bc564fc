package kafka

import (
	"fmt"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/s2"
	"github.com/klauspost/compress/zstd"
	"github.com/pierrec/lz4/v4"
)

// Compressions are the names of the compressions of record batches; the place
// of a name is the codec's number in the protocol.
var Compressions = []string{"none", "gzip", "snappy", "lz4", "zstd"}

// compressor compresses with one codec. It is not safe for concurrent use.
type compressor struct {
	codec int8
	// append appends the compressed form of src to dst; nil for no compression.
	append func(dst, src []byte) ([]byte, error)
}

func newCompressor(name string) (compressor, error) {
	switch name {
	case "none":
		return compressor{}, nil
	case "gzip":
		return compressor{1, newGzip()}, nil
	case "snappy":
		return compressor{2, appendSnappy}, nil
	case "lz4":
		return compressor{3, newLZ4()}, nil
	case "zstd":
		return newZstd()
	}
	return compressor{}, fmt.Errorf("no such compression: %s", name)
}

// appender is a writer that appends.
type appender struct{ b []byte }

func (a *appender) Write(p []byte) (int, error) {
	a.b = append(a.b, p...)
	return len(p), nil
}

// through makes an append function of a compressing writer.
func through(reset func(*appender), w interface {
	Write([]byte) (int, error)
	Close() error
}) func(dst, src []byte) ([]byte, error) {
	var to appender
	return func(dst, src []byte) ([]byte, error) {
		to.b = dst
		reset(&to)
		_, err := w.Write(src)
		if closed := w.Close(); err == nil {
			err = closed
		}
		dst, to.b = to.b, nil
		return dst, err
	}
}

func newGzip() func(dst, src []byte) ([]byte, error) {
	w := gzip.NewWriter(nil)
	return through(func(to *appender) { w.Reset(to) }, w)
}

func newLZ4() func(dst, src []byte) ([]byte, error) {
	w := lz4.NewWriter(nil)
	return through(func(to *appender) { w.Reset(to) }, w)
}

func newZstd() (compressor, error) {
	w, err := zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(zstd.SpeedDefault))
	if err != nil {
		return compressor{}, err
	}
	return compressor{4, func(dst, src []byte) ([]byte, error) { return w.EncodeAll(src, dst), nil }}, nil
}

// appendSnappy writes one snappy block, which every reader of Kafka takes
// beside the framing of snappy-java.
func appendSnappy(dst, src []byte) ([]byte, error) {
	n := len(dst)
	room := s2.MaxEncodedLen(len(src))
	if room < 0 {
		return dst, fmt.Errorf("%d bytes are too many for one snappy block", len(src))
	}
	if cap(dst)-n < room {
		grown := make([]byte, n, n+room)
		copy(grown, dst)
		dst = grown
	}
	return dst[:n+len(s2.EncodeSnappy(dst[n:n+room], src))], nil
}
