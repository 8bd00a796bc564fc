package event

import "time"

// Time is an instant with the precision it was written in.
type Time struct {
	// Sec and Nsec count from 1970-01-01 UTC.
	Sec  int64
	Nsec int32
	// Digits is the number of fractional digits that the source gave, 0 to 9.
	Digits uint8
	Set    bool
}

// ParseTime reads the forms that shippers use: date and time with a T or a
// blank between them, an optional fraction, and an optional zone (Z, UTC,
// ±hhmm or ±hh:mm, after an optional blank). Without a zone it is taken as UTC.
// It reports false for anything else.
func ParseTime(b []byte) (Time, bool) {
	if len(b) < 19 || b[4] != '-' || b[7] != '-' || b[10] != 'T' && b[10] != ' ' || b[13] != ':' || b[16] != ':' {
		return Time{}, false
	}
	year, ok1 := digits(b[0:4])
	month, ok2 := digits(b[5:7])
	day, ok3 := digits(b[8:10])
	hour, ok4 := digits(b[11:13])
	minute, ok5 := digits(b[14:16])
	second, ok6 := digits(b[17:19])
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 ||
		month < 1 || month > 12 || day < 1 || day > 31 || hour > 23 || minute > 59 || second > 60 {
		return Time{}, false
	}
	t := Time{Set: true}
	rest := t.fraction(b[19:])
	offset, ok := zone(rest)
	if !ok {
		return Time{}, false
	}
	date := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	t.Sec = date.Unix() + int64(hour*3600+minute*60+second-offset)
	// A day that the month does not have would become one of the next month.
	if date.Day() != day || t.Sec < minSec || t.Sec > maxSec {
		return Time{}, false
	}
	return t, true
}

// The instants that have a year of four digits in UTC.
const (
	minSec = -62167219200
	maxSec = 253402300799
)

// fraction reads .ddd from the start of b and returns what follows; digits
// behind the ninth are cut off.
func (t *Time) fraction(b []byte) []byte {
	if len(b) < 2 || b[0] != '.' || b[1]-'0' > 9 {
		return b
	}
	b = b[1:]
	scale := int32(100_000_000)
	for len(b) > 0 && b[0]-'0' <= 9 {
		if t.Digits < 9 {
			t.Nsec += int32(b[0]-'0') * scale
			scale /= 10
			t.Digits++
		}
		b = b[1:]
	}
	return b
}

// zone reads the offset from UTC in seconds.
func zone(b []byte) (seconds int, ok bool) {
	if len(b) > 0 && b[0] == ' ' {
		b = b[1:]
	}
	switch string(b) {
	case "", "Z", "z", "UTC", "GMT":
		return 0, true
	}
	if b[0] != '+' && b[0] != '-' {
		return 0, false
	}
	if len(b) == 6 && b[3] == ':' {
		b = append(append(make([]byte, 0, 5), b[:3]...), b[4:]...)
	}
	if len(b) != 5 {
		return 0, false
	}
	hours, ok1 := digits(b[1:3])
	minutes, ok2 := digits(b[3:5])
	seconds = hours*3600 + minutes*60
	if b[0] == '-' {
		seconds = -seconds
	}
	return seconds, ok1 && ok2 && hours < 24 && minutes < 60
}

func digits(b []byte) (int, bool) {
	v := 0
	for _, c := range b {
		if c-'0' > 9 {
			return 0, false
		}
		v = v*10 + int(c-'0')
	}
	return v, true
}

// Append appends the instant in UTC as ISO 8601 with the digits the source
// gave, and at least the three that Elasticsearch's date keeps.
func (t Time) Append(dst []byte) []byte {
	u := time.Unix(t.Sec, 0).UTC()
	year, month, day := u.Date()
	hour, minute, second := u.Clock()
	year = min(max(year, 0), 9999)
	dst = append(dst, byte('0'+year/1000), byte('0'+year/100%10), byte('0'+year/10%10), byte('0'+year%10))
	dst = appendTwo(append(dst, '-'), int(month))
	dst = appendTwo(append(dst, '-'), day)
	dst = appendTwo(append(dst, 'T'), hour)
	dst = appendTwo(append(dst, ':'), minute)
	dst = appendTwo(append(dst, ':'), second)
	dst = append(dst, '.')
	scale := int32(100_000_000)
	for range max(t.Digits, 3) {
		dst = append(dst, byte('0'+t.Nsec/scale%10))
		scale /= 10
	}
	return append(dst, 'Z')
}

func appendTwo(dst []byte, v int) []byte {
	return append(dst, byte('0'+v/10), byte('0'+v%10))
}
