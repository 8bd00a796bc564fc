package setup

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Stream is where the events of some channels go by default: logs-DATASET-NAMESPACE.
type Stream struct {
	Dataset  string
	Channels []string
}

// Streams are the datasets that documents are given by their channel. The last
// takes all channels that no other has.
var Streams = []Stream{
	{"system.security", []string{"Security"}},
	{"system.system", []string{"System"}},
	{"system.application", []string{"Application"}},
	{"windows.sysmon_operational", []string{"Microsoft-Windows-Sysmon/Operational"}},
	{"windows.powershell", []string{"Windows PowerShell"}},
	{"windows.powershell_operational", []string{"Microsoft-Windows-PowerShell/Operational", "PowerShellCore/Operational"}},
	{"windows.windows_defender", []string{"Microsoft-Windows-Windows Defender/Operational"}},
	{"windows.forwarded", []string{"ForwardedEvents"}},
	{"winlog.winlog", nil},
}

var placeholder = regexp.MustCompile(`\{\{\s*([^}\s]*)\s*\}\}`)

// Patterns returns the names of the data streams, or indices, that a template
// over documents can become, * standing for what is not known beforehand.
// dataset and namespaces are those of all documents; empty where each has its own.
func Patterns(template, dataset string, namespaces []string) ([]string, error) {
	datasets := []string{dataset}
	if dataset == "" {
		datasets = nil
		for _, s := range Streams {
			datasets = append(datasets, s.Dataset)
		}
	}
	if len(namespaces) == 0 {
		namespaces = []string{"*"}
	}
	var all []string
	for _, dataset := range datasets {
		for _, namespace := range namespaces {
			all = append(all, pattern(template, dataset, namespace))
		}
	}
	slices.Sort(all)
	all = slices.Compact(all)
	for _, p := range all {
		if head, _, _ := strings.Cut(p, "*"); len(head) < 2 || head == "logs-" {
			return nil, fmt.Errorf("the indices of %q may have nearly any name: let it begin with a text of its own, such as winevent-", template)
		}
	}
	return all, nil
}

// pattern fills a template in.
func pattern(template, dataset, namespace string) string {
	text := placeholder.ReplaceAllStringFunc(template, func(p string) string {
		switch placeholder.FindStringSubmatch(p)[1] {
		case "data_stream.type":
			return "logs"
		case "dataset", "event.dataset", "data_stream.dataset":
			return dataset
		case "namespace", "data_stream.namespace":
			return namespace
		}
		return "*"
	})
	return strings.ToLower(text)
}
