// Package jsontext appends JSON to a byte slice. It never fails: what is not
// valid UTF-8 is replaced, and the caller is told.
package jsontext

import (
	"encoding/binary"
	"math"
	"math/bits"
	"slices"
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
	n := len(dst)
	if cap(dst)-n < len(s)+2*wordBytes {
		dst = slices.Grow(dst, len(s)+2*wordBytes)
	}
	out := dst[n : n+len(s)+2*wordBytes]
	out[0] = '"'
	i := copyPlain(out[1:], s)
	if i == len(s) { // as most are
		out[i+1] = '"'
		return dst[:n+i+2], true
	}
	dst, valid = AppendBare(dst[:n+i+1], s[i:])
	return append(dst, '"'), valid
}

// AppendBare is AppendString without the quotes, for a string made of parts.
//
// Text is copied as it is looked at, eight bytes at a time: a word is written
// whole, and what stands in it behind a byte that needs an escape is
// overwritten by what follows.
func AppendBare(dst, s []byte) (_ []byte, valid bool) {
	valid = true
	for len(s) > 0 {
		// Room for a text of which every byte needs a short escape.
		n, room := len(dst), 2*len(s)+wordBytes
		if cap(dst)-n < room {
			dst = slices.Grow(dst, room)
		}
		out := dst[n : n+room]
		at, i := 0, 0
		for i < len(s) {
			k := copyPlain(out[at:at+len(s)-i+wordBytes], s[i:])
			at, i = at+k, i+k
			for ; i < len(s) && short[s[i]] != 0; i++ {
				out[at], out[at+1] = '\\', short[s[i]]
				at += 2
			}
			if i < len(s) && !plain[s[i]] {
				break // by a byte that takes more
			}
		}
		dst, s = dst[:n+at], s[i:]
		for len(s) > 0 && !plain[s[0]] && short[s[0]] == 0 {
			if s[0] < utf8.RuneSelf {
				dst, s = append(dst, '\\', 'u', '0', '0', hexDigits[s[0]>>4], hexDigits[s[0]&15]), s[1:]
				continue
			}
			r, size := utf8.DecodeRune(s)
			if r == utf8.RuneError && size == 1 {
				valid = false
				dst = append(dst, "\ufffd"...)
			} else {
				dst = append(dst, s[:size]...)
			}
			s = s[size:]
		}
	}
	return dst, valid
}

// short holds the letter behind the backslash for bytes that have a short escape.
var short = [256]byte{'"': '"', '\\': '\\', '\n': 'n', '\r': 'r', '\t': 't'}

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

// copyPlain copies the bytes at the start of s that need no escape to dst, which
// has to be a word longer than s, and returns how many they are.
func copyPlain(dst, s []byte) int {
	i := 0
	for ; len(s)-i >= wordBytes; i += wordBytes {
		w := binary.LittleEndian.Uint64(s[i:])
		binary.LittleEndian.PutUint64(dst[i:], w)
		if found := special(w); found != 0 {
			return i + bits.TrailingZeros64(found)/8
		}
	}
	if i == len(s) {
		return i
	}
	w := lastWord(s, len(s)-i)
	binary.LittleEndian.PutUint64(dst[i:], w)
	return i + min(bits.TrailingZeros64(special(w))/8, len(s)-i)
}

// special marks, with its highest bit, each byte of a word that needs an escape
// or is not ASCII. In a word without high bits, subtracting borrows into a
// byte's high bit just when the byte is less than what is subtracted, so each
// of the four kinds of byte that need an escape shows there; the lowest bit
// that shows is always right.
func special(w uint64) uint64 {
	return (w | (w - blanks) | ((w ^ quotes) - ones) | ((w ^ slashes) - ones) | ((w ^ deletes) - ones)) & high
}

// lastWord returns the last n bytes of s, 1 to 7, as a word with zeros behind them.
func lastWord(s []byte, n int) (w uint64) {
	switch {
	case len(s) >= wordBytes:
		return binary.LittleEndian.Uint64(s[len(s)-wordBytes:]) >> (8 * (wordBytes - n))
	case n >= 4:
		return uint64(binary.LittleEndian.Uint32(s)) | uint64(binary.LittleEndian.Uint32(s[n-4:]))<<(8*(n-4))
	}
	return uint64(s[0]) | uint64(s[n/2])<<(8*(n/2)) | uint64(s[n-1])<<(8*(n-1))
}

// AppendFloat appends a number; JSON has no NaN and no infinity, so those become null.
func AppendFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}
