package main

import (
	"debug/elf"
	"fmt"
	"strconv"
	"strings"
)

// glibc is the oldest version of the C library that releases for Linux run with:
// what Debian 12's compilers make of Go's runtime. docs/install.md and nfpm.yaml say so too.
const glibc = "2.34"

// checkGlibc compares what a plugin needs with what is promised.
func checkGlibc(library string) error {
	needed, err := neededGlibc(library)
	if err != nil {
		return err
	}
	if newer(needed, glibc) {
		return fmt.Errorf("%s needs glibc %s, but releases promise %s: build on a system with an older glibc (Debian 12)", library, needed, glibc)
	}
	return nil
}

// neededGlibc returns the newest version of glibc that a library needs a symbol of.
func neededGlibc(library string) (string, error) {
	f, err := elf.Open(library)
	if err != nil {
		return "", err
	}
	defer func() { _ = f.Close() }() // was only read
	needs, err := f.DynamicVersionNeeds()
	if err != nil {
		return "", fmt.Errorf("%s: %w", library, err)
	}
	newest := ""
	for _, from := range needs {
		for _, need := range from.Needs {
			version, found := strings.CutPrefix(need.Dep, "GLIBC_")
			if !found {
				continue
			}
			if version[0] < '0' || version[0] > '9' { // GLIBC_PRIVATE and features such as GLIBC_ABI_DT_RELR
				return "", fmt.Errorf("%s needs %s of %s, which is no version", library, need.Dep, from.Name)
			}
			if newer(version, newest) {
				newest = version
			}
		}
	}
	if newest == "" {
		return "", fmt.Errorf("%s needs no version of glibc", library)
	}
	return newest, nil
}

// newer compares versions of numbers and dots.
func newer(a, b string) bool {
	for a != "" || b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		m, _ := strconv.Atoi(x)
		n, _ := strconv.Atoi(y)
		if m != n {
			return m > n
		}
	}
	return false
}
