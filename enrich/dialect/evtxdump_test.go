package dialect_test

import "testing"

const evtxSystem = `"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Security-Auditing","Guid":"54849625-5478-4994-A5BA-3E3B0328C30D"}},` +
	`"EventID":{"#attributes":{"Qualifiers":16384},"#text":4624},"Version":2,"Level":4,"Task":12544,"Opcode":0,"Keywords":"0x8020000000000000",` +
	`"TimeCreated":{"#attributes":{"SystemTime":"2018-08-07T19:24:57.112333Z"}},"EventRecordID":6951440,` +
	`"Correlation":{"#attributes":{"ActivityID":"F4209D53-1699-4642-9C9A-86B14DED0000"}},"Execution":{"#attributes":{"ProcessID":332,"ThreadID":1340}},` +
	`"Channel":"Security","Computer":"H","Security":{"#attributes":{"UserID":"S-1-5-20"}}}`

const evtxSystemRead = `Dialect evtx_dump
ID 4624
RecordID 6951440
Version 2
Qualifiers 16384
Provider "Microsoft-Windows-Security-Auditing"
ProviderGUID "54849625-5478-4994-A5BA-3E3B0328C30D"
Channel "Security"
Computer "H"
LevelNumber 4
TaskNumber 12544
OpcodeNumber 0
Keywords 9232379236109516800
Created 2018-08-07T19:24:57.112333Z
ProcessID 332
ThreadID 1340
ActivityID "F4209D53-1699-4642-9C9A-86B14DED0000"
UserSID "S-1-5-20"
`

func TestEvtxDump(t *testing.T) {
	for _, c := range []struct{ name, data, want string }{
		{"names", `"EventData":{"#attributes":{"Name":"x"},"LogonType":3,"Status":{"#attributes":{"a":1},"#text":"0x0"}}`, "param LogonType 3\nparam Status \"0x0\"\nextra EventData.Name \"x\"\n"},
		{"data that is no object", `"EventData":"text"`, "extra EventData \"text\"\n"},
		{"a GUID gets its braces", `"EventData":{"Id":"F4209D53-1699-4642-9C9A-86B14DED0000"}`, "param Id \"{F4209D53-1699-4642-9C9A-86B14DED0000}\"\n"},
		{"no names", `"EventData":{"Data":{"#text":["a","b"]},"Binary":"00FF"}`, "param (none) \"a\"\nparam (none) \"b\"\nBinary \"00FF\"\n"},
		{"one without a name", `"EventData":{"Data":{"#text":"a"}}`, "param (none) \"a\"\n"},
		{"no data", `"EventData":null`, ""},
		{"user data", `"UserData":{"LogFileCleared":{"#attributes":{"xmlns":"u"},"Channel":"System","List":["a","b"],"Empty":{},"Deep":{"Inner":{"#text":"t"}}}}`,
			"param Channel \"System\"\nparam List \"a\"\nparam List \"b\"\nparam Empty \"\"\nparam Inner \"t\"\n"},
		{"other sections", `"RenderingInfo":{"a":1}`, "extra RenderingInfo {\"a\":1}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ev, err := readJSON(`{"Event":{"#attributes":{"xmlns":"x"},` + evtxSystem + "," + c.data + `}}`)
			checkEvent(t, ev, err, evtxSystemRead+c.want)
		})
	}
}

// Some tools leave the outer Event away; some add members beside it.
func TestEvtxDumpWithoutAndBesideEvent(t *testing.T) {
	ev, err := readJSON(`{` + evtxSystem + `,"EventData":{"a":1}}`)
	checkEvent(t, ev, err, evtxSystemRead+"param a 1\n")
	ev, err = readJSON(`{"Event":{` + evtxSystem + `},"file":"x.evtx"}`)
	checkEvent(t, ev, err, evtxSystemRead+"extra file \"x.evtx\"\n")
}

// Zeros that the event schema leaves away are set; what is no number is kept.
func TestEvtxDumpSparse(t *testing.T) {
	ev, err := readJSON(`{"Event":{"System":{"EventID":1,"Keywords":null,"Other":{"a":1},"Channel":""}}}`)
	checkEvent(t, ev, err, "Dialect evtx_dump\nID 1\nVersion 0\nLevelNumber 0\nTaskNumber 0\nOpcodeNumber 0\nextra Other {\"a\":1}\n")
}
