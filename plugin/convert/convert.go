// Package convert turns sections of Fluent Bit's own outputs es, opensearch and
// kafka into sections of winevent. What becomes of each key stands in one
// table, which the conversion, the faults of a configuration that still has
// such keys, and the reference in docs/ all come from.
package convert

import (
	"slices"
	"strings"
)

// Row says what becomes of a key of one of Fluent Bit's outputs.
type Row struct {
	// Key in lower case. One that ends with * stands for all that begin so.
	Key string
	// To names the keys that take its place; none when it is left out.
	To []string
	// Note says what changes, or what to do instead. For people; without a full stop.
	Note string
	// Lost tells that what the key did cannot be had.
	Lost bool
	// Core tells that Fluent Bit's core takes the key, so that no plugin sees it.
	Core bool
	// carry takes the value over; nil for: as it is, to the one key in To.
	carry func(s *state, value string)
}

// Fix says what to do about the key in a section of winevent.
func (r *Row) Fix() string {
	if len(r.To) == 0 {
		return "remove it: " + r.Note
	}
	fix := "write " + strings.Join(r.To, " and ")
	if r.Note != "" {
		fix += "; " + r.Note
	}
	return fix
}

// fits tells whether the row is for a key.
func (r *Row) fits(key string) bool {
	if beginning, open := strings.CutSuffix(r.Key, "*"); open {
		return strings.HasPrefix(strings.ToLower(key), beginning)
	}
	return strings.EqualFold(r.Key, key)
}

// Output is one of Fluent Bit's outputs that can be converted.
type Output struct {
	// Name as a configuration has it.
	Name string
	// Rows are its keys, without those that stay as they are.
	Rows []Row
	// destination is the value of our option output.
	destination string
	// also are properties that every converted section has.
	also []Property
	// workers that it has when the configuration says nothing.
	workers string
	// finish adds what follows from the section as a whole.
	finish func(s *state)
}

// Outputs returns those that can be converted. They must not be changed.
func Outputs() []*Output { return outputs }

var outputs = []*Output{
	{Name: "es", Rows: esRows, destination: "elasticsearch", workers: "2", finish: finishElasticsearch},
	{Name: "opensearch", Rows: esRows, destination: "elasticsearch", workers: "2", finish: finishElasticsearch,
		also: []Property{{"elasticsearch_flavor", "opensearch"}}},
	{Name: "kafka", Rows: kafkaRows, destination: "kafka", workers: "2", finish: finishKafka},
}

// Find returns the output of a name, nil when it is not one that can be converted.
func Find(name string) *Output {
	for _, o := range outputs {
		if strings.EqualFold(o.Name, name) {
			return o
		}
	}
	return nil
}

// Property is a key of a section with its value, as they stand in the file:
// references to the environment are not replaced.
type Property struct{ Key, Value string }

// Part is what becomes of one property.
type Part struct {
	// Keep tells that it stays as it is.
	Keep bool
	// Put are those that take its place, if it does not stay.
	Put []Property
	// Comments are for the place where it stood.
	Comments []string
}

// Note is what a person should know of a key.
type Note struct {
	// From is the property's number in the section, -1 for none.
	From int
	Key  string
	Text string
	// Lost tells that what the key did has no counterpart.
	Lost bool
}

// Converted is a section after its conversion.
type Converted struct {
	// Parts has one for each property, in their order, and one more for what is new.
	Parts []Part
	Notes []Note
}

// kept are keys of Fluent Bit's core that mean the same for every output.
var kept = []string{"match", "match_regex", "alias", "log_level", "log_suppress_interval", "retry_limit", "workers",
	"storage.total_limit_size", "processors", "routes"}

// Kept tells whether a key of Fluent Bit's core stays as it is.
func Kept(key string) bool { return slices.Contains(kept, strings.ToLower(key)) }

// KeptKeys returns them all.
func KeptKeys() []string { return slices.Clone(kept) }

// state is a section while it is converted.
type state struct {
	output *Output
	in     []Property
	at     int // the property that is being converted
	out    Converted
}

// Section converts a section of the output. Values of credentials are in no note.
func (o *Output) Section(in []Property) Converted {
	s := &state{output: o, in: in, out: Converted{Parts: make([]Part, len(in)+1)}}
	for i, p := range in {
		s.at = i
		s.property(p)
	}
	s.at = len(in)
	o.finish(s)
	if s.get("workers") == "" {
		s.put("workers", o.workers)
		s.comment("workers: without it, flushes of winevent run in Fluent Bit's engine thread")
	}
	switch limit := strings.ToLower(s.get("retry_limit")); limit {
	case "":
		s.put("retry_limit", "no_limits")
		s.comment("retry_limit: without it, Fluent Bit drops a chunk after one retry")
	case "no_limits", "false", "off":
	default:
		s.out.Notes = append(s.out.Notes, Note{From: s.find("retry_limit"), Key: "retry_limit",
			Text: "is kept, but Fluent Bit drops a chunk after so many retries; no_limits drops none"})
	}
	return s.out
}

func (s *state) property(p Property) {
	part := &s.out.Parts[s.at]
	key := strings.ToLower(p.Key)
	if s.find(key) < s.at { // of several values the first counts, as in Fluent Bit
		s.note("stands twice: Fluent Bit takes the first", false)
		return
	}
	if key == "name" {
		part.Put = slices.Concat([]Property{{p.Key, "winevent"}, {"output", s.output.destination}}, s.output.also)
		return
	}
	if Kept(key) {
		part.Keep = true
		return
	}
	for i := range s.output.Rows {
		r := &s.output.Rows[i]
		if !r.fits(key) {
			continue
		}
		switch {
		case r.carry != nil:
			r.carry(s, p.Value)
		case len(r.To) == 1:
			s.put(r.To[0], p.Value)
		default:
			s.note(r.Note, r.Lost)
		}
		return
	}
	s.note("is no key of output "+s.output.Name+" that is known here", true)
}

// put writes a property at the place of the one that is being converted. When
// another one has set it already, that is said instead.
func (s *state) put(key, value string) {
	for i := range s.out.Parts {
		for _, p := range s.out.Parts[i].Put {
			if p.Key == key {
				if p.Value != value {
					s.note("would set "+key+", which another key has set already; that stays", true)
				}
				return
			}
		}
	}
	part := &s.out.Parts[s.at]
	part.Put = append(part.Put, Property{key, value})
}

// note tells of the property that is being converted; what is lost stands in the result too.
func (s *state) note(text string, lost bool) {
	n := Note{From: s.at, Text: text, Lost: lost}
	if s.at < len(s.in) {
		n.Key = s.in[s.at].Key
	} else {
		n.From = -1
	}
	s.out.Notes = append(s.out.Notes, n)
	if lost {
		s.comment(strings.TrimSpace(n.Key+" (no counterpart): ") + " " + text)
	}
}

func (s *state) comment(text string) {
	part := &s.out.Parts[s.at]
	part.Comments = append(part.Comments, text)
}

// find returns the number of the first property with a key, or that of the one after the last.
func (s *state) find(key string) int {
	for i, p := range s.in {
		if strings.EqualFold(p.Key, key) {
			return i
		}
	}
	return len(s.in)
}

// get returns the value of a key, empty when it is not there.
func (s *state) get(key string) string {
	if i := s.find(key); i < len(s.in) {
		return s.in[i].Value
	}
	return ""
}

// truth is what a value of Fluent Bit's booleans says.
type truth int

const (
	no truth = iota
	yes
	unknown // it comes from the environment
)

func truthOf(value string) truth {
	switch strings.ToLower(value) {
	case "on", "true", "yes", "1":
		return yes
	}
	if strings.Contains(value, "${") {
		return unknown
	}
	return no
}

// lostIf is a carry for a key that may be left out, unless its value matters.
func lostIf(matters func(value string) bool, text string) func(*state, string) {
	return func(s *state, value string) {
		if matters(value) {
			s.note(text, true)
		}
	}
}

func isOn(value string) bool { return truthOf(value) != no }

func isNot(harmless ...string) func(string) bool {
	return func(value string) bool { return !slices.Contains(harmless, strings.ToLower(value)) }
}
