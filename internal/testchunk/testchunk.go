// Package testchunk writes chunks as Fluent Bit does, for tests, benchmarks and
// the demo. It shares nothing with the code that reads them.
package testchunk

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tinylib/msgp/msgp"
)

// Framing is how a record is wrapped.
type Framing int

// The framings of Fluent Bit 2.1 and later, and of the versions before.
const (
	WithMetadata Framing = iota
	Plain
)

// AppendLine appends the record in one JSON object to a chunk, keeping the
// order of its members and members of equal names.
func AppendLine(chunk, line []byte, at time.Time, framing Framing) ([]byte, error) {
	body, err := JSON(line)
	if err != nil {
		return nil, err
	}
	return AppendRecord(chunk, body, at, framing), nil
}

// OfLines returns a chunk of one record for each line; line n was read n seconds after at.
func OfLines(lines [][]byte, at time.Time, framing Framing) ([]byte, error) {
	var chunk []byte
	var err error
	for n, line := range lines {
		if chunk, err = AppendLine(chunk, line, at.Add(time.Duration(n)*time.Second), framing); err != nil {
			return nil, err
		}
	}
	return chunk, nil
}

// AppendRecord appends a record whose body is msgpack already.
func AppendRecord(chunk, body []byte, at time.Time, framing Framing) []byte {
	chunk = msgp.AppendArrayHeader(chunk, 2)
	if framing == WithMetadata {
		chunk = msgp.AppendArrayHeader(chunk, 2)
	}
	chunk = AppendTime(chunk, int32(at.Unix()), uint32(at.Nanosecond()))
	if framing == WithMetadata {
		chunk = msgp.AppendMapHeader(chunk, 0)
	}
	return append(chunk, body...)
}

// AppendTime appends Fluent's event time.
func AppendTime(chunk []byte, sec int32, nsec uint32) []byte {
	s := uint32(sec)
	return append(chunk, 0xd7, 0, byte(s>>24), byte(s>>16), byte(s>>8), byte(s),
		byte(nsec>>24), byte(nsec>>16), byte(nsec>>8), byte(nsec))
}

// JSON turns one JSON value into msgpack.
func JSON(text []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	out, err := value(nil, d)
	if err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("more than one value")
	}
	return out, nil
}

func value(dst []byte, d *json.Decoder) ([]byte, error) {
	t, err := d.Token()
	if err != nil {
		return nil, err
	}
	switch v := t.(type) {
	case json.Delim:
		return members(dst, d, v == '{')
	case string:
		return msgp.AppendString(dst, v), nil
	case json.Number:
		return number(dst, v)
	case bool:
		return msgp.AppendBool(dst, v), nil
	}
	return msgp.AppendNil(dst), nil
}

// members writes a container: its header needs the number of members, so they are written first.
func members(dst []byte, d *json.Decoder, object bool) ([]byte, error) {
	var inside []byte
	var err error
	n := uint32(0)
	for ; d.More(); n++ {
		if object {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			inside = msgp.AppendString(inside, key.(string))
		}
		if inside, err = value(inside, d); err != nil {
			return nil, err
		}
	}
	if _, err := d.Token(); err != nil {
		return nil, err
	}
	if object {
		dst = msgp.AppendMapHeader(dst, n)
	} else {
		dst = msgp.AppendArrayHeader(dst, n)
	}
	return append(dst, inside...), nil
}

func number(dst []byte, n json.Number) ([]byte, error) {
	if !strings.ContainsAny(string(n), ".eE") {
		// As msgpack-c does, a number that is not negative is written as unsigned.
		if i, err := n.Int64(); err == nil && i < 0 {
			return msgp.AppendInt64(dst, i), nil
		}
		var u uint64
		if _, err := fmt.Sscan(string(n), &u); err == nil {
			return msgp.AppendUint64(dst, u), nil
		}
	}
	f, err := n.Float64()
	return msgp.AppendFloat64(dst, f), err
}
