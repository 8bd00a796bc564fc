package jsontext_test

import "testing"

func FuzzAppendString(f *testing.F) {
	for _, seed := range []string{"", "plain", "a\"b\\c\r\n\t", "\x00\x1f\x7f", "é€😀\u2028\ufffd", "\xff", "\xe2\x82", "\xc0\xaf", "\xed\xa0\x80", "\xf4\x90\x80\x80"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, s []byte) { checkString(t, s) })
}
