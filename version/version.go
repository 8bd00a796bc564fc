// Package version says which winevent this is.
package version

import "runtime/debug"

// Version is the version of plugin and CLI. A build from a commit with a tag vX.Y.Z
// sets it to X.Y.Z (Makefile); nothing else may write it.
var Version = "0.1.0-dev"

// commit is set by the Makefile.
var commit string

// Commit is the revision that the program was built from; "unknown" outside a checkout.
func Commit() string {
	if commit != "" {
		return commit
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 12 {
			return s.Value[:12]
		}
	}
	return "unknown"
}
