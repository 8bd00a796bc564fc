package event_test

import (
	"testing"
	"time"

	"winevent/enrich/event"
)

func FuzzParseTime(f *testing.F) {
	for _, seed := range []string{
		"2018-08-07 14:24:57 -0500", "2018-08-07T19:24:57.1123334Z", "2018-08-07 19:24:57.112333 UTC", "2018-08-07T19:24:57.5+01:00", "2018-08-07 19:24:57",
		"2016-12-31T23:59:60Z", "0000-01-01T00:00:00+01:00", "9999-12-31T23:59:59-01:00", "2018-02-30T00:00:00Z", "2018-08-07T19:24:57.1234567890123Z", "",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		checkAgainstTime(t, string(text))
		in, ok := event.ParseTime(text)
		if !ok {
			if in != (event.Time{}) {
				t.Fatalf("%q is refused, but leaves %+v", text, in)
			}
			return
		}
		written := in.Append(nil)
		if !sameInstant(string(written), time.Unix(in.Sec, int64(in.Nsec))) {
			t.Fatalf("%q is read as %+v and written as %s", text, in, written)
		}
		if out, ok := event.ParseTime(written); !ok || out.Sec != in.Sec || out.Nsec != in.Nsec || out.Digits != max(in.Digits, 3) {
			t.Fatalf("%q is read as %+v, and what is written of it, %s, as %+v", text, in, written, out)
		}
	})
}
