package main

import (
	"slices"
	"strings"

	"winevent/enrich/event"
	"winevent/enrich/jsontext"
)

// dialects are the forms that a value of --from accepts; nil accepts all.
type dialects []event.Dialect

func (d dialects) has(one event.Dialect) bool { return d == nil || slices.Contains(d, one) }

// fromAuto is the value of --from that accepts every form.
const fromAuto = "auto"

// fromValues are the values of --from. A shipper's options change the form of
// what it sends, so one value may stand for several.
var fromValues = []struct {
	name    string
	accepts dialects
}{
	{fromAuto, nil},
	{"winevtlog", dialects{event.Winevtlog, event.WinevtlogXML, event.WinevtlogText}},
	{"winlog", dialects{event.Winlog}},
	{"winlogbeat", dialects{event.Winlogbeat}},
	{"nxlog", dialects{event.NXLog, event.Flat}},
	{"evtx_dump", dialects{event.EvtxDump}},
	{"xml", dialects{event.XML}},
}

func fromNames() []string {
	var names []string
	for _, v := range fromValues {
		names = append(names, v.name)
	}
	return names
}

func dialectsOf(from string) (dialects, error) {
	for _, v := range fromValues {
		if strings.EqualFold(v.name, from) {
			return v.accepts, nil
		}
	}
	return nil, usageErrorf("--from %q: must be one of %s", from, strings.Join(fromNames(), ", "))
}

// appendPipelineError appends the document of a line whose enrichment failed by a fault of ours.
func appendPipelineError(dst, line []byte, reason string) []byte {
	dst = append(dst, `{"event":{"kind":"pipeline_error","original":`...)
	dst, _ = jsontext.AppendString(dst, line)
	dst = append(dst, `},"error":{"message":`...)
	dst, _ = jsontext.AppendString(dst, []byte(reason))
	return append(dst, "}}"...)
}
