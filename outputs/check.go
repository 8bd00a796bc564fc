package outputs

import "fmt"

// Level says how much a finding matters.
type Level uint8

// The levels, the least first.
const (
	// OK needs nothing to be done.
	OK Level = iota
	// Warning works, but a person should look after it.
	Warning
	// Fault would keep documents from being delivered.
	Fault
)

var levelNames = [...]string{"ok", "warning", "fault"}

// String returns the level's name.
func (l Level) String() string { return levelNames[l] }

// MarshalText implements encoding.TextMarshaler.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// Finding is one thing that a check of a configuration found out.
type Finding struct {
	Level Level `json:"level"`
	// What was found, in one line.
	What string `json:"what"`
	// Fix says what to do. It is empty when Level is OK.
	Fix string `json:"fix,omitempty"`
}

// Findings are what a check found out, in the order of its steps.
type Findings []Finding

// OK notes that something works.
func (f *Findings) OK(format string, args ...any) {
	*f = append(*f, Finding{Level: OK, What: fmt.Sprintf(format, args...)})
}

// Warn notes what a person should look after. fix says how.
func (f *Findings) Warn(fix, format string, args ...any) {
	*f = append(*f, Finding{Warning, fmt.Sprintf(format, args...), fix})
}

// Fault notes what would not work. fix says what to do.
func (f *Findings) Fault(fix, format string, args ...any) {
	*f = append(*f, Finding{Fault, fmt.Sprintf(format, args...), fix})
}

// Count returns how many findings are of a level.
func (f Findings) Count(l Level) (n int) {
	for _, one := range f {
		if one.Level == l {
			n++
		}
	}
	return n
}
