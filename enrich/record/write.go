package record

import (
	"encoding/base64"
	"strconv"

	"winevent/enrich/jsontext"
)

// AppendJSON appends the tree at index i as JSON. Binary and Ext become base64
// strings. A member whose name was used before in its map gets a number behind
// it (name_1), so that no JSON reader drops one of the two. valid is false when
// a text was not UTF-8 and had to be repaired.
func (r *Record) AppendJSON(dst []byte, i int, names *Names) (_ []byte, valid bool) {
	n := &r.nodes[i]
	switch n.Kind {
	case Array, Map:
		return r.appendContainer(dst, i, names)
	case String:
		return jsontext.AppendString(dst, n.Text)
	case Bool:
		return strconv.AppendBool(dst, n.Num != 0), true
	case Int, Uint:
		return n.appendNumber(dst), true
	case Float:
		if n.Text != nil {
			return append(dst, n.Text...), true
		}
		return jsontext.AppendFloat(dst, n.Float()), true
	case Binary, Ext:
		dst = append(dst, '"')
		dst = base64.StdEncoding.AppendEncode(dst, n.Text)
		return append(dst, '"'), true
	}
	return append(dst, "null"...), true
}

func (r *Record) appendContainer(dst []byte, i int, names *Names) (_ []byte, valid bool) {
	n := &r.nodes[i]
	open, closing := byte('['), byte(']')
	var scope int32
	if n.Kind == Map {
		open, closing = '{', '}'
		scope = names.Scope()
	}
	valid = true
	dst = append(dst, open)
	for j := i + 1; j < int(n.End); j = int(r.nodes[j].End) {
		if j > i+1 {
			dst = append(dst, ',')
		}
		var ok bool
		if n.Kind == Map {
			dst, ok = names.AppendKey(dst, scope, r.nodes[j].Key)
			valid = valid && ok
			dst = append(dst, ':')
		}
		dst, ok = r.AppendJSON(dst, j, names)
		valid = valid && ok
	}
	return append(dst, closing), valid
}
