package enrich

import (
	"bytes"

	"winevent/enrich/event"
)

// powershellLines are the lines of PowerShell's events that have a field. The
// blanks of names ("Host Application" in event 4103) are left out.
var powershellLines = [...]struct {
	name  []byte
	field fieldID
}{
	{[]byte("HostApplication"), fProcessCommandLine},
	{[]byte("HostName"), fProcessTitle},
	{[]byte("HostId"), fProcessEntityID},
	{[]byte("HostID"), fProcessEntityID},
	{[]byte("HostVersion"), fPSHostVersion},
	{[]byte("EngineVersion"), fPSEngineVersion},
	{[]byte("NewEngineState"), fPSEngineNewState},
	{[]byte("PreviousEngineState"), fPSEnginePreviousState},
	{[]byte("ProviderName"), fPSProviderName},
	{[]byte("NewProviderState"), fPSProviderNewState},
	{[]byte("RunspaceId"), fPSRunspaceID},
	{[]byte("RunspaceID"), fPSRunspaceID},
	{[]byte("PipelineId"), fPSPipelineID},
	{[]byte("PipelineID"), fPSPipelineID},
	{[]byte("ScriptName"), fFilePath},
	{[]byte("CommandName"), fPSCommandName},
	{[]byte("CommandType"), fPSCommandType},
	{[]byte("CommandPath"), fPSCommandPath},
	{[]byte("CommandLine"), fPSCommandValue},
}

// setLines sets the fields of the lines "name=value" in a parameter; of an
// event whose parameters have no names, in all of them.
func (d *Document) setLines(f *preparedField) {
	if p := d.param(f.param); p != nil {
		d.setLinesOf(p)
		return
	}
	for i := range d.ev.Params {
		if d.ev.Params[i].Name == nil {
			d.setLinesOf(&d.ev.Params[i])
		}
	}
}

func (d *Document) setLinesOf(p *event.Param) {
	if p.Index >= 0 {
		return
	}
	for line := range bytes.SplitSeq(p.Value.Text, []byte("\n")) {
		name, value, found := bytes.Cut(line, []byte("="))
		if value = bytes.TrimSpace(value); !found || len(value) == 0 {
			continue
		}
		d.setLine(name, value)
	}
}

func (d *Document) setLine(name, value []byte) {
	for i := range powershellLines {
		l := &powershellLines[i]
		if !equalWithoutBlanks(name, l.name) || d.set.has(l.field) {
			continue
		}
		switch l.field {
		case fFilePath:
			d.setPath(filePathFields, value)
		case fProcessCommandLine:
			d.set.text(l.field, value)
			d.setArgs(fieldGroup{fProcessArgs, fProcessArgsCount}, value)
		default:
			d.set.text(l.field, value)
		}
		return
	}
	if equalWithoutBlanks(name, []byte("UserId")) || equalWithoutBlanks(name, []byte("User")) {
		d.setAccount(fieldGroup{fActorDomain, fActorName}, value)
	}
}
