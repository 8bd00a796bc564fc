package enrich

import "bytes"

// The fields whose values the lists of related values gather.
var (
	relatedUsers  = []fieldID{fActorName, fUserTargetName, fUserEffectiveName, fUserChangesName}
	relatedHosts  = []fieldID{fHostName, fSourceDomain, fDestinationDomain}
	relatedIPs    = []fieldID{fSourceIP, fDestinationIP}
	relatedHashes = []fieldID{
		fProcessHashMD5, fProcessHashSHA1, fProcessHashSHA256, fProcessPEImphash,
		fFileHashMD5, fFileHashSHA1, fFileHashSHA256, fFilePEImphash,
	}
)

// setRelated lists the users, hosts, addresses and hashes that other fields name.
func (d *Document) setRelated() {
	for _, list := range [...]struct {
		field fieldID
		from  []fieldID
	}{{fRelatedUser, relatedUsers}, {fRelatedHosts, relatedHosts}, {fRelatedIP, relatedIPs}, {fRelatedHash, relatedHashes}} {
		for _, f := range list.from {
			if d.set.has(f) && len(d.set.values[f].text) > 0 {
				d.set.built(list.field)
				break
			}
		}
	}
	if d.set.has(fDNSResolvedIP) {
		d.set.built(fRelatedIP)
	}
}

// appendRelated appends the different values of fields as a list. Names are
// compared without regard to case.
func (d *Document) appendRelated(dst []byte, from []fieldID) []byte {
	dst = append(dst, '[')
	for i, f := range from {
		text := d.set.values[f].text
		if !d.set.has(f) || len(text) == 0 || d.isRelated(from[:i], text) {
			continue
		}
		dst = append(d.appendString(dst, text), ',')
	}
	if len(from) == len(relatedIPs) && from[0] == fSourceIP && d.set.has(fDNSResolvedIP) {
		// The addresses of an answer; a look-up has no others.
		dst = append(d.appendAddressList(dst, d.set.values[fDNSResolvedIP].text), ',')
	}
	dst[len(dst)-1] = ']'
	return dst
}

func (d *Document) isRelated(fields []fieldID, text []byte) bool {
	for _, f := range fields {
		if d.set.has(f) && bytes.EqualFold(d.set.values[f].text, text) {
			return true
		}
	}
	return false
}

// appendAddresses appends the addresses in a list divided by semicolons.
func (d *Document) appendAddresses(dst, text []byte) []byte {
	return append(d.appendAddressList(append(dst, '['), text), ']')
}

func (d *Document) appendAddressList(dst, text []byte) []byte {
	n := len(dst)
	for word := range bytes.SplitSeq(text, []byte(";")) {
		if a := d.address(word); a != nil {
			dst = append(append(append(dst, '"'), a...), '"', ',')
		}
	}
	return dst[:max(n, len(dst)-1)]
}
