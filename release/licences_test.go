package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

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
