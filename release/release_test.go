package main

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// TestMain goes where "make release" runs.
func TestMain(m *testing.M) {
	if err := os.Chdir(".."); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// TestLinkedLicences judges what is linked today, for each platform.
func TestLinkedLicences(t *testing.T) {
	for _, target := range targets {
		text, err := thirdParty(target)
		if err != nil {
			t.Errorf("%s: %v", target, err)
		}
		for _, want := range []string{"github.com/segmentio/kafka-go v", "Go's standard library go1", "Permission is hereby granted"} {
			if !bytes.Contains(text, []byte(want)) {
				t.Errorf("%s: the text lacks %q", target, want)
			}
		}
		if cobraOnWindows := bytes.Contains(text, []byte("github.com/inconshreveable/mousetrap ")); cobraOnWindows != (target.os == "windows") {
			t.Errorf("%s: mousetrap, which only Windows links: %v", target, cobraOnWindows)
		}
		if bytes.Contains(text, []byte("github.com/twmb/franz-go ")) {
			t.Errorf("%s: franz-go, which only benchmarks use, is said to be linked", target)
		}
	}
}

const mit = `MIT License

Copyright (c) 2026 Somebody

Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software
is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES
OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE
LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR
IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.
`

const gplNotice = `This program is free software: you can redistribute it and/or modify it under the terms of the GNU %s
General Public License as published by the Free Software Foundation, either version 3 of the License, or (at your option) any
later version.

This program is distributed in the hope that it will be useful, but WITHOUT ANY WARRANTY; without even the implied warranty of
MERCHANTABILITY or FITNESS FOR A PARTICULAR PURPOSE. See the GNU %[1]s General Public License for more details.

You should have received a copy of the GNU %[1]s General Public License along with this program. If not, see
<https://www.gnu.org/licenses/>.
`

func TestJudge(t *testing.T) {
	for name, c := range map[string]struct{ text, kind, fault string }{
		"mit":         {text: mit, kind: "MIT"},
		"gpl":         {text: strings.ReplaceAll(strings.ReplaceAll(gplNotice, "%[1]s ", ""), "%s\n", "\n"), fault: "is under GPL-3.0"},
		"agpl":        {text: strings.ReplaceAll(strings.ReplaceAll(gplNotice, "%[1]s", "Affero"), "%s\n", "Affero\n"), fault: "is under AGPL-3.0"},
		"mit and gpl": {text: mit + "\nOR\n\n" + strings.ReplaceAll(strings.ReplaceAll(gplNotice, "%[1]s ", ""), "%s\n", "\n"), fault: "is under GPL-3.0"},
		"unknown":     {text: "Use it on Tuesdays only, and bring cake.", fault: "is no licence that is known"},
		"mostly ours": {text: mit + strings.Repeat("But whoever earns money with it owes us half of that. ", 60), fault: "is no licence that is known"},
	} {
		kind, err := judge([]byte(c.text))
		if kind != c.kind || (err == nil) != (c.fault == "") || err != nil && !strings.Contains(err.Error(), c.fault) {
			t.Errorf("%s: %q, %v", name, kind, err)
		}
	}
}

func TestModuleWithoutLicence(t *testing.T) {
	m := module{name: "x", dir: t.TempDir()}
	m.packages = []string{m.dir}
	if err := os.WriteFile(filepath.Join(m.dir, "license.go"), []byte("package x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := m.licences(); err == nil || !strings.Contains(err.Error(), "has no licence") {
		t.Errorf("a module without a licence: %v", err)
	}
	// One that stands in a package's own folder counts too.
	m.packages = []string{filepath.Join(m.dir, "a", "b")}
	if err := os.MkdirAll(m.packages[0], 0o700); err != nil {
		t.Fatal(err)
	}
	for file, text := range map[string]string{"COPYING": mit, "a/b/LICENSE": "Use it on Tuesdays only."} {
		if err := os.WriteFile(filepath.Join(m.dir, file), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := m.licences(); err == nil || !strings.Contains(err.Error(), "LICENSE is no licence that is known") {
		t.Errorf("a package with a licence of its own: %v", err)
	}
}

// built returns the file that "make build" made.
func built(t *testing.T, name string) string {
	t.Helper()
	path := filepath.Join("build", name)
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		t.Fatalf("%s is not there: run make build first, as make test does", path)
	}
	return path
}

func TestGlibc(t *testing.T) {
	plugin := built(t, "out_winevent.so")
	if err := checkGlibc(plugin); err != nil {
		t.Error(err)
	}
	// The figure is the newest of those that stand in the file.
	needed, err := neededGlibc(plugin)
	content, readErr := os.ReadFile(plugin)
	if err := errors.Join(err, readErr); err != nil {
		t.Fatal(err)
	}
	found := false
	for _, m := range regexp.MustCompile(`\x00GLIBC_([0-9.]+)\x00`).FindAllSubmatch(bytes.ReplaceAll(content, []byte{0}, []byte{0, 0}), -1) {
		found = found || string(m[1]) == needed
		if newer(string(m[1]), needed) {
			t.Errorf("GLIBC_%s stands in the plugin, said to be needed is %s", m[1], needed)
		}
	}
	if !found {
		t.Errorf("GLIBC_%s does not stand in the plugin", needed)
	}
	if !newer("2.34", "2.5") || !newer("2.34.1", "2.34") || newer("2.34", "2.34") || newer("2.4", "2.17") {
		t.Error("versions are compared wrongly")
	}
	if _, err := neededGlibc(built(t, "winevent")); err == nil {
		t.Error("the tool is linked statically, yet needs a glibc")
	}
}

// TestStatedGlibc compares what people and packages are told.
func TestStatedGlibc(t *testing.T) {
	for file, wants := range map[string][]string{
		"release/nfpm.yaml": {"libc6 (>= " + glibc + ")", "libc.so.6(GLIBC_" + glibc + ")(64bit)"},
		"docs/install.md":   {"glibc " + glibc},
	} {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, want := range wants {
			if !strings.Contains(string(text), want) {
				t.Errorf("%s does not say %q", file, want)
			}
		}
	}
}

// staged lays out a release of Linux from what is built already.
func staged(t *testing.T, r *release, target target) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "winevent-1.2.3-linux-amd64")
	for _, name := range []string{target.library, target.tool} {
		if err := copyFile(filepath.Join(folder, name), built(t, name)); err != nil {
			t.Fatal(err)
		}
	}
	licences, err := thirdParty(target)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.stage(folder, target, licences); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestArchive unpacks an archive with tar, as people do, and uses what is in it.
func TestArchive(t *testing.T) {
	r := &release{dist: t.TempDir(), time: time.Unix(1_767_225_600, 0)}
	target := targets[0]
	folder := staged(t, r, target)
	if err := r.pack(folder, target); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	archive := filepath.Join(r.dist, "winevent-1.2.3-linux-amd64.tar.gz")
	if out, err := exec.Command("tar", "-xzf", archive, "-C", dir).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	unpacked := filepath.Join(dir, filepath.Base(folder))
	for _, name := range []string{
		"out_winevent.so", "winevent", "LICENSE", "README.md", "CHANGELOG.md", "THIRD_PARTY_LICENSES.txt",
		"docs/options.md", "docs/install.md", "docs/schema.json", "docs/catalog/README.md",
		"examples/kafka.yaml", "examples/elasticsearch.conf", "examples/linux.yaml",
	} {
		info, err := os.Stat(filepath.Join(unpacked, name))
		if err != nil {
			t.Error(err)
			continue
		}
		want := fs.FileMode(0o644)
		if name == "winevent" {
			want = 0o755
		}
		if info.Mode() != want || !info.ModTime().Equal(r.time) || info.Size() == 0 {
			t.Errorf("%s: %v, %v, %d bytes", name, info.Mode(), info.ModTime(), info.Size())
		}
	}
	for _, pattern := range []string{"*.h", "docs/*.go", "examples/wrong.conf"} {
		if found, _ := filepath.Glob(filepath.Join(unpacked, pattern)); len(found) > 0 {
			t.Errorf("%q should not be in it", found)
		}
	}
	for _, args := range [][]string{{"version"}, {"explain", "5462", "--error", "5"}} {
		if out, err := exec.Command(filepath.Join(unpacked, "winevent"), args...).CombinedOutput(); err != nil {
			t.Errorf("winevent %s: %v: %s", args, err, out)
		}
	}
}

// TestArchivesRepeat packs the same content from two folders with other times and
// in another order of making.
func TestArchivesRepeat(t *testing.T) {
	at := time.Unix(1_767_225_600, 0).UTC()
	folders := []string{filepath.Join(t.TempDir(), "same"), filepath.Join(t.TempDir(), "further", "down", "same")}
	names := []string{"b", "a/z", "c"}
	for n, folder := range folders {
		for _, name := range names {
			path := filepath.Join(folder, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), os.WriteFile(path, []byte(name), 0o600)); err != nil {
				t.Fatal(err)
			}
			if err := os.Chtimes(path, at, at.Add(time.Duration(n)*time.Hour)); err != nil {
				t.Fatal(err)
			}
		}
		slices.Reverse(names)
	}
	for name, write := range map[string]func(io.Writer, string, time.Time) error{"tar.gz": writeTarGz, "zip": writeZip} {
		var one, other bytes.Buffer
		if err := errors.Join(write(&one, folders[0], at), write(&other, folders[1], at.Local())); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(one.Bytes(), other.Bytes()) {
			t.Errorf("%s: two archives of the same content differ", name)
		}
		if got, want := list(t, name, one.Bytes()), []string{"same/a/z", "same/b", "same/c"}; !slices.Equal(got, want) {
			t.Errorf("%s holds %q", name, got)
		}
	}
}

// list returns the names in an archive, and looks at owners and times.
func list(t *testing.T, kind string, archive []byte) (names []string) {
	t.Helper()
	if kind == "zip" {
		r, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.File {
			names = append(names, f.Name)
		}
		return names
	}
	unpacked, err := gzip.NewReader(bytes.NewReader(archive))
	if err != nil {
		t.Fatal(err)
	}
	for r := tar.NewReader(unpacked); ; {
		h, err := r.Next()
		if errors.Is(err, io.EOF) {
			return names
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Uid != 0 || h.Gid != 0 || h.Uname != "" || h.Gname != "" {
			t.Errorf("%s belongs to %d:%d %s:%s", h.Name, h.Uid, h.Gid, h.Uname, h.Gname)
		}
		names = append(names, h.Name)
	}
}
