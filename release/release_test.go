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

// staged lays out a release for Linux. In the place of plugin and tool, of which
// other tests see whether they work, stand small ones: packing 60 MB takes long
// under the race detector.
func staged(t *testing.T, r *release, target target) string {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "winevent-1.2.3-linux-amd64")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{target.library: "plugin", target.tool: "#!/bin/sh\necho ran \"$@\"\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.stage(folder, target, []byte("licences")); err != nil {
		t.Fatal(err)
	}
	return folder
}

// TestArchive unpacks an archive with tar, as people do, and looks at what is in it.
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
	if out, err := exec.Command(filepath.Join(unpacked, "winevent"), "version").CombinedOutput(); err != nil || string(out) != "ran version\n" {
		t.Errorf("the tool cannot be run: %v: %s", err, out)
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

// TestReleasable tries a tagged commit with and without what a release needs.
func TestReleasable(t *testing.T) {
	t.Chdir(t.TempDir())
	git := func(args ...string) {
		t.Helper()
		args = append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com"}, args...)
		if out, err := exec.Command("git", args...).CombinedOutput(); err != nil {
			t.Fatalf("git %s: %v: %s", args, err, out)
		}
	}
	changelog := func(text string) {
		t.Helper()
		if err := os.WriteFile("CHANGELOG.md", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	git("init", "--quiet")
	changelog("# Changelog\n\n## Unreleased\n\n## 1.2.30\n\n## 1.2.3-rc1\n")
	git("add", ".")
	git("commit", "--quiet", "--message", "one")
	if err := releasable("1.2.3"); err == nil || !strings.Contains(err.Error(), "no section ## 1.2.3") {
		t.Errorf("without a section: %v", err)
	}
	if err := releasable("1.2.30"); err != nil {
		t.Error(err)
	}
	changelog("# Changelog\n\n## [1.2.3]\n")
	if err := releasable("1.2.3"); err == nil || !strings.Contains(err.Error(), "changes that are in no commit") {
		t.Errorf("with changes: %v", err)
	}
	git("commit", "--quiet", "--all", "--message", "two")
	if err := releasable("1.2.3"); err != nil {
		t.Error(err)
	}
}
