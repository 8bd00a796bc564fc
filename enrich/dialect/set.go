package dialect

import (
	"bytes"

	"winevent/enrich/event"
	"winevent/enrich/record"
)

// setter moves the members of one record into an event. A value that does not
// fit the field it is named for is kept as an extra, not dropped.
type setter struct {
	rec *record.Record
	ev  *event.Event
}

// number sets dst from node i. An empty text means that Windows has no value.
func (s setter) number(dst *event.Number, i int) {
	n := s.rec.At(i)
	if v, ok := n.Uint64(); ok {
		*dst = event.Number{Value: v, Set: true}
		return
	}
	if n.Kind != record.Nil && (n.Kind != record.String || len(n.Text) > 0) {
		s.extra(i)
	}
}

// text sets dst from node i, spelling out a number or a truth value. A field
// that is already set stays, and the value is kept as an extra.
func (s setter) text(dst *[]byte, i int) {
	n := s.rec.At(i)
	switch n.Kind {
	case record.Nil:
		return
	case record.Array, record.Map:
		s.extra(i)
		return
	}
	if *dst != nil {
		s.extra(i)
		return
	}
	*dst = s.textOf(i)
}

// textOf returns the value of a leaf as text; never nil.
func (s setter) textOf(i int) []byte {
	n := s.rec.At(i)
	if n.Kind == record.String {
		if n.Text == nil {
			return []byte{}
		}
		return n.Text
	}
	return n.AppendText(s.rec.Scratch(max(32, 2*len(n.Text)))[:0])
}

// optional is text, but an empty value means that Windows has none.
func (s setter) optional(dst *[]byte, i int) {
	if n := s.rec.At(i); n.Kind == record.String && len(n.Text) == 0 {
		return
	}
	s.text(dst, i)
}

// numberOrText sets the number when the value is one, else the text.
func (s setter) numberOrText(number *event.Number, text *[]byte, i int) {
	if v, ok := s.rec.At(i).Uint64(); ok {
		*number = event.Number{Value: v, Set: true}
		return
	}
	s.optional(text, i)
}

func (s setter) time(dst *event.Time, i int) {
	n := s.rec.At(i)
	if n.Kind == record.String {
		if t, ok := event.ParseTime(n.Text); ok && !dst.Set {
			*dst = t
			return
		}
		if len(n.Text) == 0 {
			return
		}
	}
	s.extra(i)
}

// extra keeps the member at node i under its own name.
func (s setter) extra(i int) { s.ev.AddExtra(s.rec.At(i).Key, i) }

// extraUnder keeps the member at node i under prefix.name.
func (s setter) extraUnder(prefix string, i int) {
	key := s.rec.At(i).Key
	name := s.rec.Scratch(len(prefix) + 1 + len(key))[:0]
	name = append(append(append(name, prefix...), '.'), key...)
	s.ev.AddExtra(name, i)
}

// keywords reads the mask (a number, or its text) or the texts a shipper made of it.
func (s setter) keywords(i int) {
	n := s.rec.At(i)
	switch n.Kind {
	case record.Array:
		before := len(s.ev.KeywordTexts)
		for j := i + 1; j < int(n.End); j = int(s.rec.At(j).End) {
			if s.rec.At(j).Kind != record.String {
				s.ev.KeywordTexts = s.ev.KeywordTexts[:before]
				s.extra(i)
				return
			}
			s.ev.KeywordTexts = append(s.ev.KeywordTexts, s.rec.At(j).Text)
		}
	case record.String:
		if _, ok := n.Uint64(); !ok && len(n.Text) > 0 {
			s.ev.KeywordTexts = append(s.ev.KeywordTexts, n.Text)
			return
		}
		fallthrough
	default:
		s.number(&s.ev.Keywords, i)
	}
}

// user reads the account of an event: a SID, DOMAIN\name, or a name.
func (s setter) user(i int) {
	n := s.rec.At(i)
	if n.Kind != record.String {
		if n.Kind != record.Nil {
			s.extra(i)
		}
		return
	}
	setUser(s.ev, n.Text)
}

func setUser(ev *event.Event, text []byte) {
	switch slash := bytes.IndexByte(text, '\\'); {
	case len(text) == 0:
	case bytes.HasPrefix(text, []byte("S-")):
		ev.UserSID = text
	case slash >= 0:
		ev.UserDomain, ev.UserName = text[:slash], text[slash+1:]
	default:
		ev.UserName = text
	}
}

// setDefaults sets the numbers that the event schema lets Windows leave out
// when they are zero, as Windows' own interface reports them.
func setDefaults(ev *event.Event) {
	for _, n := range []*event.Number{&ev.Version, &ev.LevelNumber, &ev.TaskNumber, &ev.OpcodeNumber} {
		n.Set = true
	}
}

// params adds the members of the map, or the elements of the array, at node i.
func (s setter) params(i int) {
	n := s.rec.At(i)
	switch n.Kind {
	case record.Map, record.Array:
		for j := i + 1; j < int(n.End); j = int(s.rec.At(j).End) {
			s.ev.AddParam(s.rec.At(j).Key, j)
		}
	case record.Nil:
	default:
		s.extra(i)
	}
}
