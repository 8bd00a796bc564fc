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
	room := 2*len(s) + 2*wordBytes // of a text of which every byte needs a short escape
	if cap(dst)-n < room {
		dst = slices.Grow(dst, room)
	}
	out := dst[n : n+room]
	out[0] = '"'
	at, i := copyShort(out[1:], s)
	if i == len(s) { // as nearly all are
		out[1+at] = '"'
		return dst[:n+at+2], true
	}
	dst, valid = appendRest(dst[:n+1+at], s[i:])
	return append(dst, '"'), valid
}

// appendRest appends a text that begins with a byte that copyShort does not take.
func appendRest(dst, s []byte) (_ []byte, valid bool) {
	valid = true
	for len(s) > 0 {
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
		dst = slices.Grow(dst, 2*len(s)+2*wordBytes)
		n := len(dst)
		at, i := copyShort(dst[n:cap(dst)], s)
		dst, s = dst[:n+at], s[i:]
	}
	return dst, valid
}

// copyShort copies the bytes at the start of s that need no escape or a short
// one. dst has two bytes for each byte of s, and a word more. It returns how
// many bytes it wrote, of how many.
//
// Text is copied as it is looked at, eight bytes at a time: a word is written
// whole, and what stands in it behind a byte that needs an escape is
// overwritten by what follows.
func copyShort(dst, s []byte) (at, i int) {
	for {
		k := 0
		if len(s)-i >= wordBytes {
			w := binary.LittleEndian.Uint64(s[i:])
			binary.LittleEndian.PutUint64(dst[at:], w)
			found := special(w)
			if found == 0 {
				at, i = at+wordBytes, i+wordBytes
				continue
			}
			k = bits.TrailingZeros64(found) / 8
		} else {
			if i == len(s) {
				return at, i
			}
			w := lastWord(s, len(s)-i)
			binary.LittleEndian.PutUint64(dst[at:], w)
			k = min(bits.TrailingZeros64(special(w))/8, len(s)-i)
		}
		at, i = at+k, i+k
		for ; i < len(s); i++ {
			letter := short[s[i]]
			if letter == 0 {
				if !plain[s[i]] {
					return at, i
				}
				break
			}
			binary.LittleEndian.PutUint16(dst[at:], uint16(letter)<<8|'\\')
			at += 2
		}
	}
}

// short holds the letter behind the backslash for bytes that have a short escape.
var short = [256]byte{'"': '"', '\\': '\\', '\n': 'n', '\r': 'r', '\t': 't'}

// The same byte eight times, and the highest bit of each.
const (
	ones      = 0x0101_0101_0101_0101
	high      = 0x80 * ones
	wordBytes = 8
)

// special marks, with its highest bit, each byte of a word that needs an escape
// or is not ASCII. In a word without high bits, subtracting borrows into a byte's
// high bit just when the byte is less than what is subtracted: after '"' (which is
// ' '^2) has changed places with ' ', all below '!' are. Adding 1 carries into it
// for DEL. What is borrowed or carried further spoils only bytes behind the lowest
// that shows, which is always right.
func special(w uint64) uint64 {
	return (w | ((w ^ 2*ones) - '!'*ones) | ((w ^ '\\'*ones) - ones) | (w + ones)) & high
}

// lastWord returns the last n bytes of s, 1 to 7, as a word with zeros behind them.
func lastWord(s []byte, n int) (w uint64) {
	if len(s) >= wordBytes {
		return binary.LittleEndian.Uint64(s[len(s)-wordBytes:]) >> (8 * (wordBytes - n))
	}
	if s = s[len(s)-n:]; n >= 4 {
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
