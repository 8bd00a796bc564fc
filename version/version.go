// Package version says which winevent this is.
package version

import "runtime/debug"

// Version is the version of plugin and CLI.
const Version = "0.1.0-dev"

// Commit is the revision that the program was built from, with "+" when the
// work tree had changes; "unknown" outside a checkout.
func Commit() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	revision, modified := "unknown", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision" && len(s.Value) >= 12:
			revision = s.Value[:12]
		case s.Key == "vcs.modified" && s.Value == "true":
			modified = "+"
		}
	}
	return revision + modified
}
