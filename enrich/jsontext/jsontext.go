// Package jsontext appends JSON to a byte slice. It never fails: what is not
// valid UTF-8 is replaced, and the caller is told.
package jsontext

import (
	"encoding/binary"
	"math"
	"math/bits"
	"strconv"
	"unicode/utf8"
)

const hexDigits = "0123456789abcdef"

// plain marks the ASCII bytes that need no escape in a JSON string.
var plain = func() (t [256]bool) {
	for c := ' '; c < utf8.RuneSelf; c++ {
		t[c] = c != '"' && c != '\\' && c != 0x7f
	}
	return t
}()

// AppendString appends s as a JSON string with its quotes. Control characters
// (DEL too, which terminals act on) are escaped; every byte that is not part
// of valid UTF-8 becomes U+FFFD, and valid is false then.
func AppendString(dst, s []byte) (_ []byte, valid bool) {
	dst = append(dst, '"')
	dst, valid = AppendBare(dst, s)
	return append(dst, '"'), valid
}

// AppendBare is AppendString without the quotes, for a string made of parts.
func AppendBare(dst, s []byte) (_ []byte, valid bool) {
	valid = true
	start := 0
	for i := 0; i < len(s); {
		if i += plainPrefix(s[i:]); i == len(s) {
			break
		}
		c := s[i]
		if c < utf8.RuneSelf {
			dst = append(dst, s[start:i]...)
			dst = appendEscape(dst, c)
			i++
			start = i
			continue
		}
		r, size := utf8.DecodeRune(s[i:])
		if r == utf8.RuneError && size == 1 {
			valid = false
			dst = append(dst, s[start:i]...)
			dst = append(dst, "\ufffd"...)
			start = i + 1
		}
		i += size
	}
	return append(dst, s[start:]...), valid
}

// The same byte eight times, and the highest bit of each.
const (
	ones      = 0x0101_0101_0101_0101
	high      = 0x80 * ones
	blanks    = ' ' * ones
	quotes    = '"' * ones
	slashes   = '\\' * ones
	deletes   = 0x7f * ones
	wordBytes = 8
)

// plainPrefix returns how many bytes at the start of s need no escape, looking
// at eight at a time. In a word without high bits, subtracting borrows into a
// byte's high bit just when the byte is less than what is subtracted, so each
// of the four kinds of byte that need an escape shows there; the lowest bit
// that shows is always right.
func plainPrefix(s []byte) int {
	i := 0
	for ; len(s)-i >= wordBytes; i += wordBytes {
		w := binary.LittleEndian.Uint64(s[i:])
		if found := (w | (w - blanks) | ((w ^ quotes) - ones) | ((w ^ slashes) - ones) | ((w ^ deletes) - ones)) & high; found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	for i < len(s) && plain[s[i]] {
		i++
	}
	return i
}

func appendEscape(dst []byte, c byte) []byte {
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
}

// AppendFloat appends a number; JSON has no NaN and no infinity, so those become null.
func AppendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}
