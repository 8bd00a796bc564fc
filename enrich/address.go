package enrich

import (
	"bytes"
	"net/netip"
)

// parseAddress reads an address, without a zone and not mapped into IPv6. It
// takes what netip.ParseAddr takes, which would cost an allocation: it needs a
// string, and keeps it.
func parseAddress(text []byte) (netip.Addr, bool) {
	if bytes.IndexByte(text, ':') < 0 {
		return parseIPv4(text)
	}
	text, zone, zoned := bytes.Cut(text, []byte("%"))
	if zoned && len(zone) == 0 {
		return netip.Addr{}, false
	}
	a, ok := parseIPv6(text)
	return a.Unmap(), ok
}

func parseIPv4(text []byte) (netip.Addr, bool) {
	var a [4]byte
	for i := range a {
		n, digits := 0, 0
		for len(text) > 0 && text[0]-'0' <= 9 {
			n, digits, text = 10*n+int(text[0]-'0'), digits+1, text[1:]
			if n > 255 || digits > 1 && n < 10 {
				return netip.Addr{}, false
			}
		}
		if digits == 0 || i < 3 && (len(text) == 0 || text[0] != '.') {
			return netip.Addr{}, false
		}
		if i < 3 {
			text = text[1:]
		}
		a[i] = byte(n)
	}
	return netip.AddrFrom4(a), len(text) == 0
}

// parseIPv6 reads groups of up to four hexadecimal digits, one gap "::" of at
// least one group, and perhaps an IPv4 address at the end (RFC 4291, 2.2).
func parseIPv6(text []byte) (netip.Addr, bool) {
	var a [16]byte
	n, gap := 0, -1
	if len(text) >= 2 && text[0] == ':' && text[1] == ':' {
		gap, text = 0, text[2:]
	}
	for len(text) > 0 {
		if n == len(a) {
			return netip.Addr{}, false
		}
		group, rest, more := bytes.Cut(text, []byte(":"))
		if v4, ok := parseIPv4(group); ok && !more {
			if n > len(a)-4 {
				return netip.Addr{}, false
			}
			four := v4.As4()
			n += copy(a[n:], four[:])
			break
		}
		value, ok := hexGroup(group)
		if !ok {
			return netip.Addr{}, false
		}
		a[n], a[n+1], n = byte(value>>8), byte(value), n+2
		switch {
		case !more:
		case len(rest) > 0 && rest[0] == ':':
			if gap >= 0 {
				return netip.Addr{}, false
			}
			gap, rest = n, rest[1:]
		case len(rest) == 0:
			return netip.Addr{}, false
		}
		text = rest
	}
	if gap < 0 {
		return netip.AddrFrom16(a), n == len(a)
	}
	moved := copy(a[len(a)-(n-gap):], a[gap:n])
	clear(a[gap : len(a)-moved])
	return netip.AddrFrom16(a), n < len(a)
}

func hexGroup(text []byte) (value int, ok bool) {
	for _, c := range text {
		switch {
		case c-'0' <= 9:
			value = value<<4 | int(c-'0')
		case c|0x20-'a' <= 'f'-'a':
			value = value<<4 | int(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	return value, len(text) > 0 && len(text) <= 4
}
