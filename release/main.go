// Command release makes what a release consists of, in dist/: for each platform
// an archive with plugin, command line tool, documentation and licences, and two
// SBOMs; for Linux deb and rpm too; and SHA256SUMS. "make release" runs it.
//
// The same commit, Go version and C compilers give the same bytes, wherever and
// whenever: "make release-check" builds twice and compares.
//
// Each step is a file: build.go compiles, stage.go lays out a folder, licences.go
// decides what may be linked, glibc.go looks at what Linux needs, archive.go packs,
// tools.go runs nfpm and cyclonedx-gomod.
package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"

	"winevent/version"
)

// release is one run.
type release struct {
	version string
	ldflags string
	// anew compiles everything, also what Go's cache holds.
	anew bool
	// time is that of the commit; every file of the release has it.
	time time.Time
	// dist takes the results, work what is thrown away.
	dist, work string
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

func run() (err error) {
	r := release{dist: "dist"}
	tagged := flag.String("version", "", "the version that the commit's tag gives; without it, that of version/version.go")
	flag.StringVar(&r.ldflags, "ldflags", "", "flags for Go's linker that stamp version and commit")
	flag.BoolVar(&r.anew, "a", false, "compile everything anew, whatever Go's cache holds")
	licences := flag.String("third-party", "", "print the licences of what is linked for a platform, linux/amd64, and do nothing else")
	flag.Parse()
	if *licences != "" {
		return printThirdParty(*licences)
	}
	if err := r.prepare(*tagged); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(r.work)) }()
	for _, t := range targets {
		if err := r.make(t); err != nil {
			return fmt.Errorf("%s: %w", t, err)
		}
	}
	return checksums(r.dist)
}

// printThirdParty prints the licences that an image needs beside the plugin.
func printThirdParty(platform string) error {
	for _, t := range targets {
		if t.String() == platform {
			text, err := thirdParty(t)
			if err != nil {
				return err
			}
			_, err = os.Stdout.Write(text)
			return err
		}
	}
	return fmt.Errorf("-third-party %s: no release is made for it", platform)
}

// prepare finds version and time, and makes the folders.
func (r *release) prepare(tagged string) error {
	r.version = version.Version
	if tagged != "" {
		r.version = tagged
		if err := releasable(tagged); err != nil {
			return err
		}
	}
	seconds, err := strconv.ParseInt(os.Getenv("SOURCE_DATE_EPOCH"), 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH must be the commit's time in seconds; make release sets it: %w", err)
	}
	r.time = time.Unix(seconds, 0).UTC()
	for _, t := range targets {
		if _, err := exec.LookPath(t.compiler); err != nil {
			return fmt.Errorf("the C compiler for %s is missing: %w (Debian: apt-get install %s)", t, err, t.debian)
		}
	}
	if err := os.RemoveAll(r.dist); err != nil {
		return err
	}
	if err := os.MkdirAll(r.dist, 0o755); err != nil {
		return err
	}
	r.work, err = os.MkdirTemp("", "winevent-release-")
	return err
}

// releasable says what is missing before a tagged commit may be released.
func releasable(tagged string) error {
	changes, err := exec.Command("git", "status", "--porcelain").Output()
	if err != nil {
		return fmt.Errorf("git status: %w", err)
	}
	if len(bytes.TrimSpace(changes)) > 0 {
		return fmt.Errorf("%s would be released with changes that are in no commit:\n%s", tagged, changes)
	}
	changelog, err := os.ReadFile("CHANGELOG.md")
	if err != nil {
		return err
	}
	if !regexp.MustCompile(`(?m)^## \[?` + regexp.QuoteMeta(tagged) + `(\]|\s|$)`).Match(changelog) {
		return errors.New("CHANGELOG.md has no section ## " + tagged)
	}
	return nil
}

// make makes everything for one platform.
func (r *release) make(t target) error {
	say("%s: licences", t)
	licences, err := thirdParty(t)
	if err != nil {
		return err
	}
	name := "winevent-" + r.version + "-" + t.os + "-" + t.arch
	folder := filepath.Join(r.work, name)
	say("%s: plugin and command line tool", t)
	if err := r.build(t, folder); err != nil {
		return err
	}
	if t.os == "linux" {
		if err := checkGlibc(filepath.Join(folder, t.library)); err != nil {
			return err
		}
	}
	if err := r.stage(folder, t, licences); err != nil {
		return err
	}
	say("%s: archive", t)
	if err := r.pack(folder, t); err != nil {
		return err
	}
	say("%s: SBOM", t)
	if err := r.boms(folder, t, name); err != nil {
		return err
	}
	if t.os != "linux" {
		return nil
	}
	say("%s: deb and rpm", t)
	return r.packages(folder, t)
}

// checksums writes SHA256SUMS for all files of a folder, as sha256sum does.
func checksums(dir string) error {
	entries, err := os.ReadDir(dir) // sorted
	if err != nil {
		return err
	}
	var sums bytes.Buffer
	for _, e := range entries {
		content, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			return err
		}
		fmt.Fprintf(&sums, "%x  %s\n", sha256.Sum256(content), e.Name())
	}
	if err := os.WriteFile(filepath.Join(dir, "SHA256SUMS"), sums.Bytes(), 0o644); err != nil {
		return err
	}
	_, err = os.Stdout.Write(sums.Bytes())
	return err
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, "release: "+format+"\n", args...)
}
