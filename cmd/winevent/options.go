package main

import (
	"errors"
	"fmt"
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
	c, err := config.Read(section.get)
	var own []string
	for _, p := range section {
		if !isCoreKey(p.key) {
			own = append(own, p.key)
		}
	}
	faults := append([]error{err}, config.Unknown(own)...)
	if err := errors.Join(faults...); err != nil {
		return enrich.Options{}, usageErrorf("--config %s: output winevent:\n  %s", path, strings.ReplaceAll(err.Error(), "\n", "\n  "))
	}
	return enrich.Options{
		Remediation:      c.Remediation,
		PreserveOriginal: c.PreserveOriginal,
		AlertMinSeverity: c.AlertMinSeverity,
	}, nil
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

// pluginName is the name that the plugin registers as.
const pluginName = "winevent"

// firstOutput returns the first section of the plugin.
func firstOutput(outputs []section) (section, error) {
	for _, s := range outputs {
		if strings.EqualFold(s.get("name"), pluginName) {
			return s, nil
		}
	}
	return nil, fmt.Errorf("has no output with the name %s", pluginName)
}

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
