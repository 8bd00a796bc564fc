package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// allowed are the licences (SPDX) that plugin and tool may be linked with: they
// ask for no more than that their texts and notices come along. Whoever adds one
// has to make sure of that. GPL, LGPL and AGPL must never stand here.
var allowed = []string{"Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT"}

// linkedPackages are what a release is built of.
var linkedPackages = []string{"./plugin", "./cmd/winevent"}

// module is one whose packages are linked.
type module struct {
	name, dir string
	// packages are the folders of those packages.
	packages []string
}

// thirdParty returns the licences of everything that is linked for a target, one
// text. It is an error when one is not allowed, not recognised or not there.
func thirdParty(t target) ([]byte, error) {
	modules, err := linked(t)
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	fmt.Fprintf(&text, "winevent for %s is linked with the following, under these licences.\n", t)
	var faults []error
	for _, m := range modules {
		files, err := m.licences()
		if err != nil {
			faults = append(faults, fmt.Errorf("%s: %w", m.name, err))
			continue
		}
		for _, f := range files {
			fmt.Fprintf(&text, "\n%s\n%s, %s: %s\n%[1]s\n\n%[5]s\n", strings.Repeat("=", 80), m.name, f.name, f.kind, bytes.TrimSpace(f.text))
		}
	}
	return text.Bytes(), errors.Join(faults...)
}

// linked lists the modules of all packages that are linked for a target, Go's
// standard library first.
func linked(t target) ([]*module, error) {
	cmd := exec.Command("go", append([]string{"list", "-deps", "-json=Dir,Module"}, linkedPackages...)...)
	cmd.Env = t.env("1")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w: %s", err, stderr.Bytes())
	}
	root, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	goroot := strings.TrimSpace(string(root))
	modules := map[string]*module{"": {name: "Go's standard library " + runtime.Version(), dir: goroot, packages: []string{goroot}}}
	for list := json.NewDecoder(bytes.NewReader(out)); ; {
		var p struct {
			Dir    string
			Module *struct {
				Path, Version, Dir string
				Main               bool
			}
		}
		if err := list.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, err
		}
		if p.Module == nil || p.Module.Main {
			continue
		}
		m := modules[p.Module.Path]
		if m == nil {
			m = &module{name: p.Module.Path + " " + p.Module.Version, dir: p.Module.Dir}
			modules[p.Module.Path] = m
		}
		m.packages = append(m.packages, p.Dir)
	}
	var sorted []*module
	for _, path := range slices.Sorted(maps.Keys(modules)) {
		sorted = append(sorted, modules[path])
	}
	return sorted, nil
}

// licence is one file.
type licence struct {
	name, kind string
	text       []byte
}

// licences finds the files in the folders of the linked packages and those above,
// up to the module's, and judges them.
func (m *module) licences() (found []licence, err error) {
	var dirs []string
	for _, dir := range m.packages {
		for ; strings.HasPrefix(dir, m.dir); dir = filepath.Dir(dir) {
			dirs = append(dirs, dir)
		}
	}
	slices.Sort(dirs)
	licensed := false
	for _, dir := range slices.Compact(dirs) {
		entries, err := os.ReadDir(dir)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			isNotice := namedLike(e.Name(), "notice", "patents")
			if e.IsDir() || !isNotice && !namedLike(e.Name(), "license", "licence", "copying", "unlicense") {
				continue
			}
			f, err := readLicence(filepath.Join(dir, e.Name()), isNotice)
			if err != nil {
				return nil, err
			}
			if f.name, err = filepath.Rel(m.dir, filepath.Join(dir, e.Name())); err != nil {
				return nil, err
			}
			licensed = licensed || !isNotice
			found = append(found, f)
		}
	}
	if !licensed {
		return nil, errors.New("has no licence: do without it")
	}
	return found, nil
}

// namedLike tells whether a file is called so, with or without ending, but is no code.
func namedLike(file string, names ...string) bool {
	file = strings.ToLower(file)
	if filepath.Ext(file) == ".go" {
		return false
	}
	return slices.ContainsFunc(names, func(name string) bool { return strings.HasPrefix(file, name) })
}

// readLicence reads and judges one file; notices are taken as they are.
func readLicence(path string, isNotice bool) (licence, error) {
	text, err := os.ReadFile(path)
	if err != nil || isNotice {
		return licence{kind: "notice", text: text}, err
	}
	kind, err := judge(text)
	if err != nil {
		err = fmt.Errorf("%s %w", filepath.Base(path), err)
	}
	return licence{kind: kind, text: text}, err
}

// judge names the licences of a text. It is an error when one is not allowed, or
// when less than three quarters of the text is known.
func judge(text []byte) (string, error) {
	c := licensecheck.Scan(text)
	var kinds []string
	for _, match := range c.Match {
		if !slices.Contains(allowed, match.ID) {
			return "", fmt.Errorf("is under %s, which is not among the licences allowed: do without it", match.ID)
		}
		if !slices.Contains(kinds, match.ID) {
			kinds = append(kinds, match.ID)
		}
	}
	if len(kinds) == 0 || c.Percent < 75 {
		return "", fmt.Errorf("is no licence that is known (%.0f %% of it are): do without it", c.Percent)
	}
	return strings.Join(kinds, " and "), nil
}
