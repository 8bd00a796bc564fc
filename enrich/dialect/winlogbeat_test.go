package dialect_test

import "testing"

func TestWinlogbeat8(t *testing.T) {
	ev, err := readJSON(`{"@timestamp":"2018-08-07T19:24:57.112Z","event":{"code":"4624","kind":"event","provider":"Microsoft-Windows-Security-Auditing",` +
		`"created":"2018-08-07T19:24:58.612Z","action":"logged-in","outcome":"success"},"host":{"name":"DC01.contoso.local","ip":["10.0.0.1"]},` +
		`"log":{"level":"information","file":{"path":"x"}},"message":"An account was logged on.","agent":{"type":"winlogbeat"},"winlog":{"api":"wineventlog",` +
		`"channel":"Security","computer_name":"DC01.contoso.local","event_id":"4624","provider_name":"Microsoft-Windows-Security-Auditing",` +
		`"provider_guid":"{54849625-5478-4994-A5BA-3E3B0328C30D}","record_id":6951440,"version":2,"task":"Logon","opcode":"Info",` +
		`"keywords":["Audit Success"],"activity_id":"{A}","process":{"pid":500,"thread":{"id":3768}},` +
		`"user":{"identifier":"S-1-5-18","name":"SYSTEM","domain":"NT AUTHORITY","type":"User","more":1},` +
		`"event_data":{"LogonType":"3","TargetUserName":"x"},"logon":{"type":"Network"}}}`)
	checkEvent(t, ev, err, `
Dialect winlogbeat
ID 4624
RecordID 6951440
Version 2
Provider "Microsoft-Windows-Security-Auditing"
ProviderGUID "{54849625-5478-4994-A5BA-3E3B0328C30D}"
Channel "Security"
Computer "DC01.contoso.local"
Message "An account was logged on."
Level "information"
Task "Logon"
Opcode "Info"
KeywordTexts "Audit Success"
Created 2018-08-07T19:24:57.112Z
Read 2018-08-07T19:24:58.612Z
Outcome "success"
ProcessID 500
ThreadID 3768
ActivityID "{A}"
UserSID "S-1-5-18"
UserName "SYSTEM"
UserDomain "NT AUTHORITY"
UserType "User"
param LogonType "3"
param TargetUserName "x"
extra event.action "logged-in"
extra log.file {"path":"x"}
extra agent {"type":"winlogbeat"}
extra winlog.user.more 1
extra winlog.logon {"type":"Network"}
extra host.ip ["10.0.0.1"]
`)
}

func TestWinlogbeat6(t *testing.T) {
	ev, err := readJSON(`{"@timestamp":"2019-03-19T17:13:48.262Z","@metadata":{"beat":"winlogbeat"},"version":2,"type":"wineventlog","process_id":560,"thread_id":9,` +
		`"provider_guid":"{G}","message":"m","level":"Information","keywords":["Audit Failure"],"source_name":"P","event_id":4625,"record_number":"12",` +
		`"log_name":"Security","computer_name":"H","task":"Logon","opcode":"Info","activity_id":"{A}","user":{"identifier":"S-1-5-18"},` +
		`"event_data":{"Status":"0xc000006d"},"beat":{"name":"collector"}}`)
	checkEvent(t, ev, err, `
Dialect winlogbeat
ID 4625
RecordID 12
Version 2
Provider "P"
ProviderGUID "{G}"
Channel "Security"
Computer "H"
Message "m"
Level "Information"
Task "Logon"
Opcode "Info"
KeywordTexts "Audit Failure"
Created 2019-03-19T17:13:48.262Z
ProcessID 560
ThreadID 9
ActivityID "{A}"
UserSID "S-1-5-18"
param Status "0xc000006d"
extra @metadata {"beat":"winlogbeat"}
extra type "wineventlog"
extra beat {"name":"collector"}
`)
}

// Winlogbeat numbers the values that have no names; those names say nothing.
func TestWinlogbeatUnnamedValues(t *testing.T) {
	for data, want := range map[string]string{
		`{"param1":"a","param2":"b","Binary":"00ff"}`: "param (none) \"a\"\nparam (none) \"b\"\nBinary \"00ff\"\n",
		`{"param1":"a","param3":"b"}`:                 "param param1 \"a\"\nparam param3 \"b\"\n",
		`{"param1":"a","Name":"b"}`:                   "param param1 \"a\"\nparam Name \"b\"\n",
		`["a"]`:                                       "param (none) \"a\"\n",
		`"a"`:                                         "extra event_data \"a\"\n",
	} {
		ev, err := readJSON(`{"winlog":{"event_id":1,"event_data":` + data + `}}`)
		checkEvent(t, ev, err, "Dialect winlogbeat\nID 1\n"+want)
	}
}

func TestWinlogbeatUserData(t *testing.T) {
	ev, err := readJSON(`{"winlog":{"event_id":{"id":104},"user_data":{"xml_name":"LogFileCleared","Channel":"System"}},"host":{"name":"H"}}`)
	checkEvent(t, ev, err, "Dialect winlogbeat\nID 104\nComputer \"H\"\nparam Channel \"System\"\nextra winlog.user_data.xml_name \"LogFileCleared\"\n")
}

// The host is the collector's where events are forwarded.
func TestWinlogbeatForwarded(t *testing.T) {
	ev, err := readJSON(`{"host":{"name":"collector"},"winlog":{"event_id":1,"computer_name":"H"}}`)
	checkEvent(t, ev, err, "Dialect winlogbeat\nID 1\nComputer \"H\"\nextra host.name \"collector\"\n")
}

func TestWinlogbeatWrongKinds(t *testing.T) {
	ev, err := readJSON(`{"winlog":{"event_id":"x"},"event":1,"log":"text","host":"h","message":[1],"@timestamp":5}`)
	checkEvent(t, ev, err, `
Dialect winlogbeat
extra event_id "x"
extra event 1
extra log "text"
extra message [1]
extra @timestamp 5
extra host "h"
`)
}
