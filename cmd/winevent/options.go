package main

import (
	"errors"
	"slices"
	"strings"

	"winevent/enrich"
	"winevent/plugin/config"
)

// readOptions takes the options from the first output winevent in a Fluent Bit
// configuration. The error names every fault of the section.
func readOptions(path string) (enrich.Options, error) {
	section, err := readSection(path)
	if err != nil {
		return enrich.Options{}, usageErrorf("--config %s: %w", path, err)
	}
	c, faults := section.options()
	if err := errors.Join(faults...); err != nil {
		return enrich.Options{}, usageErrorf("--config %s: output winevent:\n  %s", path, strings.ReplaceAll(err.Error(), "\n", "\n  "))
	}
	return c.Enrichment(), nil
}

// property is a key of a section with its value.
type property struct{ key, value string }

// section is the properties of an [OUTPUT] section in their order.
type section []property

// get returns the value of a key, empty when it is not set. Of several values
// the first counts and keys have no case, as in Fluent Bit (flb_kv.c).
func (s section) get(key string) string {
	for _, p := range s {
		if strings.EqualFold(p.key, key) {
			return p.value
		}
	}
	return ""
}

// options reads the section as the plugin does, and finds keys that are none, too.
func (s section) options() (config.Config, []error) {
	c, err := config.Read(s.get)
	var faults []error
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) {
		faults = joined.Unwrap()
	}
	return c, append(faults, s.unknown()...)
}

// unknown returns a fault for each key that is no option, neither of the plugin nor of Fluent Bit.
func (s section) unknown() []error {
	var own []string
	for _, p := range s {
		if !isCoreKey(p.key) {
			own = append(own, p.key)
		}
	}
	return config.Unknown(own)
}

// pluginName is the name that the plugin registers as.
const pluginName = "winevent"

// Keys that Fluent Bit's core takes from an output before its plugin sees it
// (flb_output_set_property in src/flb_output.c, and flb_config.c).
var (
	coreKeys = []string{"name", "match", "match_regex", "alias", "log_level", "log_suppress_interval", "host", "port",
		"ipv6", "retry_limit", "tls", "workers", "routes", "processors"}
	corePrefixes = []string{"tls.", "net.", "storage.", "oauth2"}
)

func isCoreKey(key string) bool {
	key = strings.ToLower(key)
	return slices.Contains(coreKeys, key) ||
		slices.ContainsFunc(corePrefixes, func(p string) bool { return strings.HasPrefix(key, p) })
}
