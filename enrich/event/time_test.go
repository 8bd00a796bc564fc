package event_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"testing"
	"time"

	"winevent/enrich/event"
)

func TestParseTime(t *testing.T) {
	for in, want := range map[string]string{
		// in_winevtlog and in_winlog: local time with an offset, whole seconds.
		"2018-08-07 14:24:57 -0500": "2018-08-07T19:24:57.000Z",
		"2018-08-07 19:24:57 +0000": "2018-08-07T19:24:57.000Z",
		"2018-08-08 00:54:57 +0530": "2018-08-07T19:24:57.000Z",
		// Windows' XML: seven digits.
		"2018-08-07T19:24:57.1123334Z":  "2018-08-07T19:24:57.1123334Z",
		"2018-08-07T19:24:57.11233340Z": "2018-08-07T19:24:57.11233340Z",
		// evtx_dump, Winlogbeat, Azure.
		"2018-08-07T19:24:57.112333Z":    "2018-08-07T19:24:57.112333Z",
		"2018-08-07 19:24:57.112333 UTC": "2018-08-07T19:24:57.112333Z",
		"2018-08-07T19:24:57.112Z":       "2018-08-07T19:24:57.112Z",
		"2018-08-07T19:24:57.49Z":        "2018-08-07T19:24:57.490Z",
		"2018-08-07T19:24:57.5+01:00":    "2018-08-07T18:24:57.500Z",
		// NXLog: no zone.
		"2018-08-07 19:24:57":        "2018-08-07T19:24:57.000Z",
		"2018-08-07 19:24:57.000001": "2018-08-07T19:24:57.000001Z",
		"2018-08-07T19:24:57z":       "2018-08-07T19:24:57.000Z",
		"2018-08-07T19:24:57 GMT":    "2018-08-07T19:24:57.000Z",
		// More digits than nanoseconds are cut, not rounded.
		"2018-08-07T19:24:57.999999999Z":      "2018-08-07T19:24:57.999999999Z",
		"2018-08-07T19:24:57.9999999999999Z":  "2018-08-07T19:24:57.999999999Z",
		"2018-08-07T19:24:57.123456789123456": "2018-08-07T19:24:57.123456789Z",
		// Ends of days, months, years, and of leap years' February.
		"2020-02-29T23:59:59Z":      "2020-02-29T23:59:59.000Z",
		"2000-02-29T00:00:00Z":      "2000-02-29T00:00:00.000Z",
		"2019-12-31T23:59:59-00:01": "2020-01-01T00:00:59.000Z",
		"2020-01-01T00:00:00+14:00": "2019-12-31T10:00:00.000Z",
		"1969-12-31T23:59:59.5Z":    "1969-12-31T23:59:59.500Z",
		"1601-01-01T00:00:00Z":      "1601-01-01T00:00:00.000Z", // FILETIME's zero
		"9999-12-31T23:59:59Z":      "9999-12-31T23:59:59.000Z",
		// A leap second is the first of the next minute, as POSIX counts.
		"2016-12-31T23:59:60Z": "2017-01-01T00:00:00.000Z",
	} {
		got, ok := event.ParseTime([]byte(in))
		if !ok || !got.Set {
			t.Errorf("%s is refused", in)
			continue
		}
		if out := string(got.Append(nil)); out != want {
			t.Errorf("%s becomes %s, want %s", in, out, want)
		}
	}
}

func TestParseTimeDigits(t *testing.T) {
	for in, want := range map[string]uint8{
		"2018-08-07T19:24:57Z": 0, "2018-08-07T19:24:57.0Z": 1, "2018-08-07T19:24:57.1123334Z": 7, "2018-08-07T19:24:57.123456789012Z": 9,
	} {
		if got, ok := event.ParseTime([]byte(in)); !ok || got.Digits != want {
			t.Errorf("%s: %d digits, want %d", in, got.Digits, want)
		}
	}
}

func TestParseTimeRefuses(t *testing.T) {
	for _, in := range []string{
		"", " ", "2018", "2018-08-07", "2018-08-07T19:24", "19:24:57", "1533669897", "131780858971123334",
		"2018/08/07 19:24:57", "08/07/2018 19:24:57", "2018-08-07_19:24:57", "2018-08-07  19:24:57", "2018-08-07T19.24.57", " 2018-08-07T19:24:57Z",
		"2018-8-7T19:24:57Z  ", "2o18-08-07T19:24:57Z", "-018-08-07T19:24:57Z", "2018-+8-07T19:24:57Z", "2018-08-07T19:24:5 Z",
		"2018-00-07T19:24:57Z", "2018-13-07T19:24:57Z", "2018-08-00T19:24:57Z", "2018-08-32T19:24:57Z", "2018-08-07T24:00:00Z", "2018-08-07T19:60:57Z", "2018-08-07T19:24:61Z",
		// Days that the month does not have: the next month's first days would be a guess.
		"2018-02-29T00:00:00Z", "1900-02-29T00:00:00Z", "2018-02-31T00:00:00Z", "2018-04-31T00:00:00Z",
		"2018-08-07T19:24:57.", "2018-08-07T19:24:57.Z", "2018-08-07T19:24:57,5Z", "2018-08-07T19:24:57.5.5Z", "2018-08-07T19:24:57.-5Z",
		"2018-08-07T19:24:57 CEST", "2018-08-07T19:24:57ZZ", "2018-08-07T19:24:57  Z", "2018-08-07T19:24:57Z ", "2018-08-07T19:24:57\x00",
		"2018-08-07T19:24:57+", "2018-08-07T19:24:57+1", "2018-08-07T19:24:57+01", "2018-08-07T19:24:57+010", "2018-08-07T19:24:57+01000", "2018-08-07T19:24:57+01:0", "2018-08-07T19:24:57+01:000",
		"2018-08-07T19:24:57+0a00", "2018-08-07T19:24:57+-100", "2018-08-07T19:24:57*0100", "2018-08-07T19:24:57+01-00",
		"2018-08-07T19:24:57+2400", "2018-08-07T19:24:57+0060", "2018-08-07T19:24:57+99:99",
	} {
		if got, ok := event.ParseTime([]byte(in)); ok {
			t.Errorf("%q is read as %s", in, got.Append(nil))
		} else if got != (event.Time{}) {
			t.Errorf("%q is refused, but leaves %+v", in, got)
		}
	}
}

// layouts are the forms that both we and package time can read.
var layouts = []string{
	time.RFC3339Nano, "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05 -0700", "2006-01-02 15:04:05 -07:00",
	"2006-01-02 15:04:05", "2006-01-02T15:04:05", "2006-01-02 15:04:05 UTC", "2006-01-02 15:04:05Z07:00",
}

// form is what shippers write. Package time reads more: blanks and digits that
// are missing or too many, a comma before the fraction, an offset of 24 hours.
var form = regexp.MustCompile(`^\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?( ?(Z|UTC|[+-]([01]\d|2[0-3]):?[0-5]\d))?$`)

// checkAgainstTime holds ParseTime's answer for text against package time's and reports whether both read it.
func checkAgainstTime(t *testing.T, text string) bool {
	t.Helper()
	got, ok := event.ParseTime([]byte(text))
	both := false
	for _, layout := range layouts {
		want, err := time.Parse(layout, text)
		if err != nil {
			continue
		}
		both = true
		if year := want.UTC().Year(); !ok && (year < 0 || year > 9999 || !form.MatchString(text)) {
			continue
		}
		if !ok || got.Sec != want.Unix() || int(got.Nsec) != want.Nanosecond() {
			t.Fatalf("%q: %+v, %v; package time reads %v", text, got, ok, want)
		}
	}
	return both
}

func TestParseTimeAgreesWithTime(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	first, last := time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC).Unix(), time.Date(9998, 12, 31, 0, 0, 0, 0, time.UTC).Unix()
	for i := range 20_000 {
		instant := time.Unix(first+rnd.Int64N(last-first), rnd.Int64N(1e9)).UTC().Truncate(time.Duration(1) * []time.Duration{1, 1e2, 1e3, 1e6, 1e9}[rnd.IntN(5)])
		instant = instant.In(time.FixedZone("", (rnd.IntN(47*60)-23*60)*60))
		text := instant.Format(layouts[i%len(layouts)])
		if !checkAgainstTime(t, text) {
			t.Fatalf("package time does not read its own %q", text)
		}
		// All days of the calendar and some that are not on it.
		checkAgainstTime(t, fmt.Sprintf("%04d-%02d-%02dT%02d:%02d:%02dZ", rnd.IntN(10000), rnd.IntN(14), rnd.IntN(33), rnd.IntN(25), rnd.IntN(61), rnd.IntN(60)))
	}
}

// What Append writes is read back as the same instant, and is the same text then.
func TestTimeRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 20_000 {
		in := event.Time{Sec: rnd.Int64N(253402300800+62135596800) - 62135596800, Set: true, Digits: uint8(rnd.IntN(10))}
		scale := int32(1_000_000_000)
		for range in.Digits {
			scale /= 10
		}
		in.Nsec = rnd.Int32N(1_000_000_000) / scale * scale
		text := in.Append(nil)
		out, ok := event.ParseTime(text)
		if !ok || out.Sec != in.Sec || out.Nsec != in.Nsec || out.Digits != max(in.Digits, 3) {
			t.Fatalf("%+v becomes %s and reads back as %+v, %v", in, text, out, ok)
		}
		if again := out.Append(nil); string(again) != string(text) {
			t.Fatalf("%s becomes %s", text, again)
		}
		if want := time.Unix(in.Sec, int64(in.Nsec)).UTC(); !sameInstant(string(text), want) {
			t.Fatalf("%+v becomes %s; package time writes %v", in, text, want)
		}
	}
}

func sameInstant(text string, want time.Time) bool {
	got, err := time.Parse(time.RFC3339Nano, text)
	return err == nil && got.Equal(want)
}

// An offset may push the first and the last hours out of the four-digit years.
// Whatever is written then must still be a date.
func TestTimeAtTheEnds(t *testing.T) {
	for _, in := range []string{"0000-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00"} {
		got, ok := event.ParseTime([]byte(in))
		if !ok {
			continue
		}
		text := string(got.Append(nil))
		if back, err := time.Parse(time.RFC3339Nano, text); err != nil {
			t.Errorf("%s becomes %s: %v", in, text, err)
		} else if back.Unix() != got.Sec {
			t.Errorf("%s becomes %s, which is another time", in, text)
		}
	}
}

// TestEveryDay holds the calendar against that of package time, there and back.
func TestEveryDay(t *testing.T) {
	end := time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)
	for day := time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC); day.Before(end); day = day.AddDate(0, 0, 1) {
		noon := event.Time{Sec: day.Unix() + 12*3600, Set: true}
		text := day.Format("2006-01-02") + "T12:00:00.000Z"
		if got := string(noon.Append(nil)); got != text {
			t.Fatalf("%s is written as %s", text, got)
		}
		if got, ok := event.ParseTime([]byte(text)); !ok || got.Sec != noon.Sec {
			t.Fatalf("%s is read as %+v, %v", text, got, ok)
		}
	}
}

// A Calendar writes what Time.Append does, whatever it wrote before.
func TestCalendar(t *testing.T) {
	var c event.Calendar
	rnd := rand.New(rand.NewPCG(3, 4))
	at := event.Time{Set: true}
	for range 20000 {
		switch rnd.IntN(4) {
		case 0:
			at.Sec = rnd.Int64N(400_000_000_000) - 100_000_000_000 // also years that have no four digits
		case 1:
			at.Sec += 86400
		default:
			at.Sec += rnd.Int64N(3) - 1
		}
		at.Nsec, at.Digits = int32(rnd.IntN(1_000_000_000)*rnd.IntN(2)), uint8(rnd.IntN(10))
		if got, want := string(c.Append([]byte("x"), at)), "x"+string(at.Append(nil)); got != want {
			t.Fatalf("%+v is written %s, alone %s", at, got, want)
		}
	}
}
