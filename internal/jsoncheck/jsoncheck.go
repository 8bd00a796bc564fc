// Package jsoncheck holds JSON against what every document has to be, for
// tests. It relies on encoding/json alone, so that it shares nothing with the
// code that it checks.
package jsoncheck

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// Document returns nil when text is one JSON value in valid UTF-8 and no
// object in it has a name twice: most readers keep only one of two such members.
func Document(text []byte) error {
	if !utf8.Valid(text) {
		return errors.New("not valid UTF-8")
	}
	if !json.Valid(text) {
		return errors.New("not valid JSON")
	}
	d := json.NewDecoder(bytes.NewReader(text))
	d.UseNumber()
	return names(d)
}

// level is a container that is open.
type level struct {
	seen map[string]bool // nil for an array
	key  bool            // the next string is a name
}

func names(d *json.Decoder) error {
	var open []level
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		var top *level
		if len(open) > 0 {
			top = &open[len(open)-1]
		}
		if name, isText := token.(string); isText && top != nil && top.key {
			if top.seen[name] {
				return fmt.Errorf("an object has the name %q twice", name)
			}
			top.seen[name], top.key = true, false
			continue
		}
		if top != nil {
			top.key = top.seen != nil
		}
		switch token {
		case json.Delim('{'):
			open = append(open, level{seen: map[string]bool{}, key: true})
		case json.Delim('['):
			open = append(open, level{})
		case json.Delim('}'), json.Delim(']'):
			open = open[:len(open)-1]
		}
	}
}
