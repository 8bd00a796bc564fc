package dialect_test

import (
	"errors"
	"strings"
	"testing"

	"winevent/enrich/dialect"
	"winevent/enrich/record"
)

const winevtlogSystem = `"ProviderName":"Microsoft-Windows-Security-Auditing","ProviderGuid":"{54849625-5478-4994-A5BA-3E3B0328C30D}",` +
	`"Qualifiers":"","EventID":4948,"Version":0,"Level":0,"Task":13571,"Opcode":0,"Keywords":"0x8020000000000000",` +
	`"TimeCreated":"2018-08-07 14:24:57 -0500","EventRecordID":6951440,"ActivityID":"{F4209D53-1699-4642-9C9A-86B14DED0000}","RelatedActivityID":"",` +
	`"ProcessID":500,"ThreadID":3768,"Channel":"Security","Computer":"DC01.contoso.local","UserID":"NT AUTHORITY\\SYSTEM",` +
	`"Message":"A change was made.\r\n"`

const winevtlogSystemRead = `ID 4948
RecordID 6951440
Version 0
Provider "Microsoft-Windows-Security-Auditing"
ProviderGUID "{54849625-5478-4994-A5BA-3E3B0328C30D}"
Channel "Security"
Computer "DC01.contoso.local"
Message "A change was made.\r\n"
LevelNumber 0
TaskNumber 13571
OpcodeNumber 0
Keywords 9232379236109516800
Created 2018-08-07T19:24:57.000Z
ProcessID 500
ThreadID 3768
ActivityID "{F4209D53-1699-4642-9C9A-86B14DED0000}"
UserName "SYSTEM"
UserDomain "NT AUTHORITY"
`

func TestWinevtlog(t *testing.T) {
	for _, c := range []struct{ name, members, want string }{
		{"values by position", `"StringInserts":["All",17,true,"0x10",null]`,
			"param (none) \"All\"\nparam (none) 17\nparam (none) true\nparam (none) \"0x10\"\nparam (none) null\n"},
		{"values by name win", `"EventData":{"RuleName":"x","RuleName":"y","Id":1},"StringInserts":["x","y",1]`,
			"param RuleName \"x\"\nparam RuleName \"y\"\nparam Id 1\n"},
		{"names in the second place", `"StringInserts":["x"],"EventData":{"RuleName":"x"}`, "param RuleName \"x\"\n"},
		{"no values", `"StringInserts":[]`, ""},
		{"names that are no map", `"EventData":"text","StringInserts":["x"]`, "param (none) \"x\"\nextra EventData \"text\"\n"},
		{"names that are no map, alone", `"EventData":"text"`, "extra EventData \"text\"\n"},
		{"inserts that are no list", `"StringInserts":"text"`, "extra StringInserts \"text\"\n"},
		{"members of a filter", `"tag":"win","labels":{"a":[1]}`, "extra tag \"win\"\nextra labels {\"a\":[1]}\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			ev, err := readJSON("{" + winevtlogSystem + "," + c.members + "}")
			checkEvent(t, ev, err, "Dialect winevtlog\n"+winevtlogSystemRead+c.want)
		})
	}
}

// A classic event: qualifiers, no GUID, keywords as the number 0, an unknown SID.
func TestWinevtlogClassic(t *testing.T) {
	ev, err := readJSON(`{"ProviderName":"Service Control Manager","ProviderGuid":"","Qualifiers":16384,"EventID":7036,"Version":0,"Level":4,` +
		`"Task":0,"Opcode":0,"Keywords":0,"TimeCreated":"","EventRecordID":1,"ActivityID":"","RelatedActivityID":"","ProcessID":0,"ThreadID":0,` +
		`"Channel":"System","Computer":"","UserID":"S-1-5-21-1-2-3-500","Message":"","StringInserts":["x"]}`)
	checkEvent(t, ev, err, `
Dialect winevtlog
ID 7036
RecordID 1
Version 0
Qualifiers 16384
Provider "Service Control Manager"
Channel "System"
LevelNumber 4
TaskNumber 0
OpcodeNumber 0
Keywords 0
ProcessID 0
ThreadID 0
UserSID "S-1-5-21-1-2-3-500"
param (none) "x"
`)
}

// Values that are not of the kind their name promises are kept, not dropped.
func TestWinevtlogWrongKinds(t *testing.T) {
	ev, err := readJSON(`{"ProviderName":["a"],"EventID":"x","Level":{"a":1},"TimeCreated":"yesterday","UserID":5,"Channel":7,"Version":-1.5,` +
		`"Keywords":["a",1],"Task":"Logon","Opcode":"Info","ProviderGuid":null,"Message":false}`)
	checkEvent(t, ev, err, `
Dialect winevtlog
Channel "7"
Message "false"
Task "Logon"
Opcode "Info"
extra ProviderName ["a"]
extra EventID "x"
extra Level {"a":1}
extra TimeCreated "yesterday"
extra UserID 5
extra Version -1.5
extra Keywords ["a",1]
`)
}

func TestWinevtlogXML(t *testing.T) {
	ev, err := readJSON(`{"System":"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>` +
		`<Provider Name='P' Guid='{G}'/><EventID>7</EventID><TimeCreated SystemTime='2018-08-07T19:24:57.1123334Z'/></System>` +
		`<EventData><Data Name='a'>1</Data></EventData></Event>","Message":"A message.","EventData":{"b":2},"StringInserts":["1"],"tag":"win"}`)
	checkEvent(t, ev, err, `
Dialect winevtlog_xml
ID 7
Version 0
Provider "P"
ProviderGUID "{G}"
Message "A message."
LevelNumber 0
TaskNumber 0
OpcodeNumber 0
Created 2018-08-07T19:24:57.1123334Z
param a "1"
extra tag "win"
`)
	if !strings.HasPrefix(string(ev.XML), "<Event ") {
		t.Errorf("XML is %q", ev.XML)
	}
}

// Where the XML has no values, the list beside it has them.
func TestWinevtlogXMLWithoutData(t *testing.T) {
	ev, err := readJSON(`{"System":"<Event><System><EventID>7</EventID></System></Event>","StringInserts":["1"]}`)
	checkEvent(t, ev, err, "Dialect winevtlog_xml\nID 7\nVersion 0\nLevelNumber 0\nTaskNumber 0\nOpcodeNumber 0\nparam (none) \"1\"\n")
}

func TestWinevtlogXMLBroken(t *testing.T) {
	for text, want := range map[string]error{
		`{"System":"<Event><System>"}`:                           dialect.ErrXML,
		`{"System":"<Other/>"}`:                                  dialect.ErrNotEvent,
		`{"System":1,"System":"<Event></Event>"}`:                dialect.ErrNotEvent, // the first of two is taken
		`{"System":"<!DOCTYPE a><Event></Event>","Message":"m"}`: dialect.ErrXML,
	} {
		if _, err := readJSON(text); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", text, err, want)
		}
	}
}

func TestWinevtlogText(t *testing.T) {
	ev, err := readJSON(`{"log":"ProviderName=Microsoft-Windows-Security-Auditing\nProviderGuid={54849625-5478-4994-A5BA-3E3B0328C30D}\nQualifiers=\n` +
		`EventID=4948\nVersion=0\nLevel=0\nTask=13571\nOpcode=0\nKeywords=0x8020000000000000\nTimeCreated=2018-08-07 14:24:57 -0500\n` +
		`EventRecordID=6951440\nActivityID={F4209D53-1699-4642-9C9A-86B14DED0000}\nRelatedActivityID=\nProcessID=500\nThreadID=3768\nChannel=Security\n` +
		`Computer=DC01.contoso.local\nUserID=NT AUTHORITY\\SYSTEM\nMessage=A change was made.\r\nEventID=1\nno pair\n",` +
		`"StringInserts":["All"],"tag":"win"}`)
	want := strings.Replace(winevtlogSystemRead, `A change was made.\r\n`, `A change was made.\r\nEventID=1\nno pair\n`, 1)
	checkEvent(t, ev, err, "Dialect winevtlog_text\n"+want+"param (none) \"All\"\nextra tag \"win\"\n")
}

func TestWinevtlogTextOddLines(t *testing.T) {
	ev, err := readJSON(`{"log":"ProviderName=P\nEventID=1=2\nnothing\n=x\nOther=a=b\nMessage="}`)
	checkEvent(t, ev, err, "Dialect winevtlog_text\nProvider \"P\"\nextra EventID \"1=2\"\nextra  \"nothing\"\nextra  \"x\"\nextra Other \"a=b\"\n")
}

// Each line becomes a value of the record, and the limit holds for them too.
func TestWinevtlogTextManyLines(t *testing.T) {
	_, err := readJSON(`{"log":"ProviderName=P` + strings.Repeat(`\n`, record.MaxNodes) + `"}`)
	if !errors.Is(err, record.ErrTooMany) {
		t.Error(err)
	}
}
