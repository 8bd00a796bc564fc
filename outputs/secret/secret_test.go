package secret

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const hidden = "hunter2-correct-horse"

func mustParse(t *testing.T, text string) Secret {
	t.Helper()
	s, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// wantError checks that err says each of the texts, and not the hidden one.
func wantError(t *testing.T, err error, texts ...string) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	for _, text := range texts {
		if !strings.Contains(err.Error(), text) {
			t.Errorf("error %q does not say %q", err, text)
		}
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("error %q reveals the secret", err)
	}
}

func TestValue(t *testing.T) {
	t.Parallel()
	for _, text := range []string{hidden, " spaces ", "File:x", "ENV:X", "a:b", "é"} {
		s := mustParse(t, text)
		if got, err := s.Read(); !s.Set() || got != text || err != nil {
			t.Errorf("Parse(%q): set %v, Read %q, %v", text, s.Set(), got, err)
		}
	}
}

func TestUnset(t *testing.T) {
	t.Parallel()
	s := mustParse(t, "")
	if s.Set() || s != (Secret{}) || s.String() != "" {
		t.Errorf("the empty secret is set, or prints: %q", s)
	}
	_, err := s.Read()
	wantError(t, err, "no credential is set")
}

func TestParseErrors(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"file:":             "write file:/path",
		"file:  ":           "write file:/path",
		"env:":              "write env:NAME",
		"env:A\nB":          "more than one line",
		"file:/a\x00b":      "zero byte",
		hidden + "\n":       "more than one line",
		hidden + "\r":       "more than one line",
		hidden + "\n" + "x": "more than one line",
		hidden + "\x00":     "zero byte",
	} {
		_, err := Parse(text)
		wantError(t, err, want)
	}
}

func TestFile(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "password")
	s := mustParse(t, "file:"+path)
	for content, want := range map[string]string{
		hidden:                       hidden,
		"a\n":                        "a",
		"a\r\n":                      "a",
		"\ufeffa\r\n":                "a", // as Windows' editors write it
		" a ":                        " a ",
		"file:b":                     "file:b",
		strings.Repeat("x", maxFile): strings.Repeat("x", maxFile),
	} {
		write(t, path, content) // the same Secret reads each change
		if got, err := s.Read(); got != want || err != nil {
			t.Errorf("%q: got %q, %v", content, got, err)
		}
	}
}

func TestFileErrors(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "password")
	s := mustParse(t, "file:"+path)
	_, err := s.Read()
	wantError(t, err, path, "create the file")
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%v is not fs.ErrNotExist", err)
	}
	for content, want := range map[string]string{
		"":                                    "is empty",
		"\n":                                  "is empty",
		"\r\n":                                "is empty",
		hidden + "\n\n":                       "more than one line",
		hidden + "\r":                         "more than one line",
		hidden + "\nb\n":                      "more than one line",
		"h\x00u\x00":                          "zero byte",
		"\xff\xfeh\x00u\x00":                  "is UTF-16",
		strings.Repeat("x", maxFile+1):        "larger than 64 KiB",
		hidden + strings.Repeat("x", maxFile): "larger than 64 KiB",
	} {
		write(t, path, content)
		_, err := s.Read()
		wantError(t, err, path, want)
	}
	folder := t.TempDir()
	_, err = mustParse(t, "file:"+folder).Read()
	wantError(t, err, folder, "not a regular file")
}

func TestFileForbidden(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "password")
	write(t, path, hidden)
	if err := os.Chmod(path, 0); err != nil {
		t.Fatal(err)
	}
	if f, err := os.Open(path); err == nil {
		_ = f.Close()
		t.Skip("this user may read everything")
	}
	_, err := mustParse(t, "file:"+path).Read()
	wantError(t, err, path, "let the Fluent Bit user read it")
}

func TestEnv(t *testing.T) {
	const name = "WINEVENT_SECRET_TEST"
	s := mustParse(t, "env:"+name)
	_, err := s.Read()
	wantError(t, err, name, "not set")
	for _, value := range []string{hidden, "another", "file:x"} {
		t.Setenv(name, value) // the same Secret reads each change
		if got, err := s.Read(); got != value || err != nil {
			t.Errorf("got %q, %v", got, err)
		}
	}
	for value, want := range map[string]string{"": "is empty", hidden + "\nb": "more than one line"} {
		t.Setenv(name, value)
		_, err := s.Read()
		wantError(t, err, name, want)
	}
}

func TestCompare(t *testing.T) {
	t.Parallel()
	one, same, other := mustParse(t, hidden), mustParse(t, hidden), mustParse(t, "other")
	if one != same || one == other {
		t.Error("secrets do not compare as what they hold")
	}
}

// config stands for what holds a Secret elsewhere. Its unexported fields print
// without the methods of Secret.
type config struct {
	User     string
	Password Secret
	unseen   Secret
	pointer  *Secret
	list     []Secret
	byName   map[string]Secret
	boxed    any
}

func TestNothingPrintsAValue(t *testing.T) {
	t.Parallel()
	s := mustParse(t, hidden)
	c := config{"elastic", s, s, &s, []Secret{s}, map[string]Secret{"a": s}, s}
	for _, verb := range strings.Split("%v %+v %#v %s %q %x %X %d %t %p %T %z %08.3f", " ") {
		for _, v := range []any{s, &s, c, &c, []any{c, s}, map[Secret]Secret{s: s}, struct{ s Secret }{s}} {
			wantHidden(t, verb, fmt.Sprintf(verb, v))
		}
	}
	if got := fmt.Sprint(s); got != "***" {
		t.Errorf("fmt prints %q", got)
	}
	if got := fmt.Sprintf("%#v %+v %q", s, s, s); got != `*** *** "***"` {
		t.Errorf("fmt prints %q", got)
	}
	wantHidden(t, "error", fmt.Errorf("%w %v", os.ErrExist, s).Error())
}

func TestNothingLogsAValue(t *testing.T) {
	t.Parallel()
	s := mustParse(t, hidden)
	c := config{Password: s, unseen: s, pointer: &s, boxed: s}
	for _, handler := range []func(*bytes.Buffer) slog.Handler{
		func(b *bytes.Buffer) slog.Handler { return slog.NewTextHandler(b, nil) },
		func(b *bytes.Buffer) slog.Handler { return slog.NewJSONHandler(b, nil) },
	} {
		var b bytes.Buffer
		log := slog.New(handler(&b)).With("with", s)
		log.Info("text", "password", s, "pointer", &s, "config", c, "configp", &c, slog.Group("g", "s", s))
		wantHidden(t, "slog", b.String())
		if !strings.Contains(b.String(), "***") {
			t.Errorf("slog writes %s", b.String())
		}
	}
}

func TestNothingMarshalsAValue(t *testing.T) {
	t.Parallel()
	s := mustParse(t, hidden)
	text, err := json.Marshal(struct {
		A Secret
		B *Secret
		C []Secret
		D map[string]Secret
		E map[Secret]int
	}{s, &s, []Secret{s}, map[string]Secret{"k": s}, map[Secret]int{s: 1}})
	if want := `{"A":"***","B":"***","C":["***"],"D":{"k":"***"},"E":{"***":1}}`; string(text) != want || err != nil {
		t.Errorf("JSON: %s, %v", text, err)
	}
	text, err = xml.Marshal(config{Password: s, pointer: &s})
	if err != nil {
		t.Fatal(err)
	}
	wantHidden(t, "xml", string(text))
}

func TestReferencesPrint(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"file:/run/secrets/kafka", "env:KAFKA_PASSWORD"} {
		s := mustParse(t, text)
		if got := fmt.Sprintf("%v %+v %#v %s", s, s, s, s.LogValue()); got != strings.TrimSpace(strings.Repeat(text+" ", 4)) {
			t.Errorf("fmt prints %q", got)
		}
		if got, err := json.Marshal(s); string(got) != `"`+text+`"` || err != nil {
			t.Errorf("JSON: %s, %v", got, err)
		}
	}
}

func wantHidden(t *testing.T, how, text string) {
	t.Helper()
	for _, form := range []string{hidden, fmt.Sprintf("%x", hidden), fmt.Sprintf("%X", hidden)} {
		if strings.Contains(text, form) {
			t.Errorf("%s prints %s", how, text)
		}
	}
}
