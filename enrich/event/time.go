package event

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
	century, ok1 := twoDigits(b[0], b[1])
	year, ok2 := twoDigits(b[2], b[3])
	month, ok3 := twoDigits(b[5], b[6])
	day, ok4 := twoDigits(b[8], b[9])
	hour, ok5 := twoDigits(b[11], b[12])
	minute, ok6 := twoDigits(b[14], b[15])
	second, ok7 := twoDigits(b[17], b[18])
	year += 100 * century
	if !ok1 || !ok2 || !ok3 || !ok4 || !ok5 || !ok6 || !ok7 ||
		month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 60 {
		return Time{}, false
	}
	t := Time{Set: true}
	rest := t.fraction(b[19:])
	offset, ok := zone(rest)
	if !ok {
		return Time{}, false
	}
	t.Sec = daysOf(int64(year), int64(month), int64(day))*secondsOfDay + int64(hour*3600+minute*60+second-offset)
	if t.Sec < minSec || t.Sec > maxSec {
		return Time{}, false
	}
	return t, true
}

// daysIn returns how many days a month has.
func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

const (
	secondsOfDay = 24 * 60 * 60
	daysOfEra    = 400*365 + 97 // after 400 years the Gregorian calendar repeats itself
	epoch        = 719468       // the days from 0000-03-01 to 1970-01-01
)

// daysOf returns the days from 1970-01-01 to a date of the Gregorian calendar
// in the years 0 to 9999, and dateOf the date. Years are counted from March on,
// so that the day that not every year has comes last; the months from March on
// have 31, 30, 31, 30, 31 days over and over, which is what 153 and 5 stand for.
func daysOf(year, month, day int64) int64 {
	if month <= 2 {
		year--
	}
	era := (year + 400) / 400 // 0000-01-01 is in the era before
	yearOfEra := year + 400 - era*400
	dayOfYear := (153*((month+9)%12)+2)/5 + day - 1
	return (era-1)*daysOfEra + yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear - epoch
}

func dateOf(days int64) (year, month, day int64) {
	days += epoch + daysOfEra
	era := days / daysOfEra
	dayOfEra := days - era*daysOfEra
	yearOfEra := (dayOfEra - dayOfEra/(4*365) + dayOfEra/(100*365+24) - dayOfEra/(daysOfEra-1)) / 365
	dayOfYear := dayOfEra - (yearOfEra*365 + yearOfEra/4 - yearOfEra/100)
	month = (5*dayOfYear + 2) / 153
	day = dayOfYear - (153*month+2)/5 + 1
	year = yearOfEra + (era-1)*400
	if month += 3; month > 12 {
		year, month = year+1, month-12
	}
	return year, month, day
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
	hours, ok1 := twoDigits(b[1], b[2])
	minutes, ok2 := twoDigits(b[3], b[4])
	seconds = hours*3600 + minutes*60
	if b[0] == '-' {
		seconds = -seconds
	}
	return seconds, ok1 && ok2 && hours < 24 && minutes < 60
}

func twoDigits(a, b byte) (v int, ok bool) {
	a, b = a-'0', b-'0'
	return int(a)*10 + int(b), a <= 9 && b <= 9
}

// Append appends the instant in UTC as ISO 8601 with the digits the source
// gave, and at least the three that Elasticsearch's date keeps.
func (t Time) Append(dst []byte) []byte { return new(Calendar).Append(dst, t) }

// Calendar appends instants, and remembers the date of the last one: most have
// the date of the one before. The zero value is ready for use; it is not safe for
// concurrent use.
type Calendar struct {
	day  int64 // from minSec on, and one more
	date [10]byte
}

// Append appends an instant as Time.Append does.
func (c *Calendar) Append(dst []byte, t Time) []byte {
	sec := min(max(t.Sec, minSec), maxSec) - minSec
	day := sec / secondsOfDay
	if c.day != day+1 {
		c.set(day)
	}
	dst = append(dst, c.date[:]...)
	of := uint32(sec - day*secondsOfDay)
	dst = appendTwo(append(dst, 'T'), of/3600)
	dst = appendTwo(append(dst, ':'), of/60%60)
	dst = appendTwo(append(dst, ':'), of%60)
	if t.Nsec == 0 && t.Digits <= 3 {
		return append(dst, ".000Z"...)
	}
	var fraction [10]byte
	fraction[0] = '.'
	for i, n := len(fraction)-1, uint32(t.Nsec); i > 0; i, n = i-1, n/10 {
		fraction[i] = byte('0' + n%10)
	}
	dst = append(dst, fraction[:1+min(max(t.Digits, 3), 9)]...)
	return append(dst, 'Z')
}

func (c *Calendar) set(day int64) {
	c.day = day + 1
	year, month, of := dateOf(day + minSec/secondsOfDay)
	b := appendTwo(appendTwo(c.date[:0], uint32(year)/100), uint32(year)%100)
	b = appendTwo(append(b, '-'), uint32(month))
	appendTwo(append(b, '-'), uint32(of))
}

func appendTwo(dst []byte, v uint32) []byte {
	return append(dst, byte('0'+v/10), byte('0'+v%10))
}
