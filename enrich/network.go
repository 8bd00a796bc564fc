package enrich

import (
	"crypto/sha1" //nolint:gosec // the specification of Community IDs demands it; nothing is protected by it
	"encoding/base64"
	"encoding/binary"
	"net/netip"
)

// setNetwork sets what follows from the addresses, ports and transport of a connection.
func (d *Document) setNetwork() {
	s := &d.set
	if !s.has(fSourceIP) {
		return
	}
	source, ok := parseAddress(s.values[fSourceIP].text)
	if !ok {
		return
	}
	if source.Is4() {
		s.plain(fNetworkType, "ipv4")
	} else {
		s.plain(fNetworkType, "ipv6")
	}
	if !s.has(fDestinationIP) || !s.has(fSourcePort) || !s.has(fDestinationPort) || !s.has(fNetworkTransport) {
		return
	}
	destination, ok := parseAddress(s.values[fDestinationIP].text)
	protocol := protocolNumber(&s.values[fNetworkTransport])
	if !ok || protocol == 0 || source.Is4() != destination.Is4() {
		return
	}
	from := netip.AddrPortFrom(source, uint16(s.values[fSourcePort].number))
	to := netip.AddrPortFrom(destination, uint16(s.values[fDestinationPort].number))
	s.text(fNetworkCommunityID, communityID(d.rec.Scratch(32)[:0], from, to, protocol))
}

// protocolNumber is that of the transports that have ports, else 0.
func protocolNumber(transport *value) byte {
	switch {
	case transport.is("tcp"):
		return 6
	case transport.is("udp"):
		return 17
	}
	return 0
}

// is compares a text. The other of its two places may hold what an earlier document had.
func (v *value) is(text string) bool {
	if v.kind == kindText {
		return string(v.text) == text
	}
	return v.static == text
}

// communityID appends the Community ID of a flow, version 1 with seed 0
// (https://github.com/corelight/community-id-spec): the ends in the order of
// address and port, so that both directions have the same.
func communityID(dst []byte, a, b netip.AddrPort, protocol byte) []byte {
	if b.Compare(a) < 0 {
		a, b = b, a
	}
	var buf [2 + 16 + 16 + 2 + 4]byte
	in := append(buf[:0], 0, 0)
	in = append(in, a.Addr().AsSlice()...)
	in = append(in, b.Addr().AsSlice()...)
	in = append(in, protocol, 0)
	in = binary.BigEndian.AppendUint16(in, a.Port())
	in = binary.BigEndian.AppendUint16(in, b.Port())
	sum := sha1.Sum(in) //nolint:gosec // see the import
	return base64.StdEncoding.AppendEncode(append(dst, "1:"...), sum[:])
}
