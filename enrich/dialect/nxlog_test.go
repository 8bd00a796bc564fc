package dialect_test

import "testing"

func TestNXLog(t *testing.T) {
	ev, err := readJSON(`{"EventTime":"2020-08-01 06:54:27","Hostname":"win-dc","Keywords":-9214364837600034816,"EventType":"AUDIT_SUCCESS","SeverityValue":2,"Severity":"INFO",` +
		`"EventID":4624,"SourceName":"Microsoft-Windows-Security-Auditing","ProviderGuid":"{G}","Version":2,"Task":12544,"OpcodeValue":0,"RecordNumber":76862,` +
		`"ProcessID":1336,"ThreadID":1672,"Channel":"Security","Domain":"NT AUTHORITY","AccountName":"SYSTEM","UserID":"S-1-5-18","AccountType":"User",` +
		`"Message":"m","Category":"Logon","Opcode":"Info","ActivityID":"{A}","LogonType":"3","EventReceivedTime":"2020-08-01 06:54:28",` +
		`"SourceModuleName":"in","SourceModuleType":"im_msvistalog"}`)
	checkEvent(t, ev, err, `
Dialect nxlog
ID 4624
RecordID 76862
Version 2
Provider "Microsoft-Windows-Security-Auditing"
ProviderGUID "{G}"
Channel "Security"
Computer "win-dc"
Message "m"
LevelNumber 0
TaskNumber 12544
OpcodeNumber 0
Keywords 9232379236109516800
Task "Logon"
Opcode "Info"
KeywordTexts "Audit Success"
Created 2020-08-01T06:54:27.000Z
Read 2020-08-01T06:54:28.000Z
ProcessID 1336
ThreadID 1672
ActivityID "{A}"
UserSID "S-1-5-18"
UserName "SYSTEM"
UserDomain "NT AUTHORITY"
UserType "User"
param LogonType "3"
extra SeverityValue 2
extra Severity "INFO"
extra SourceModuleName "in"
extra SourceModuleType "im_msvistalog"
`)
}

// Parameters that are named like a system value, told apart by their form.
func TestNXLogParametersNamedLikeSystemValues(t *testing.T) {
	ev, err := readJSON(`{"SourceModuleName":"in","EventID":13,"EventType":"SetValue","ProcessID":"0x1f4","ThreadID":5}`)
	checkEvent(t, ev, err, `
Dialect nxlog
ID 13
ThreadID 5
param EventType "SetValue"
param ProcessID "0x1f4"
extra SourceModuleName "in"
`)
}

func TestFlat(t *testing.T) {
	ev, err := readJSON(`{"SourceName":"Microsoft-Windows-Sysmon","Level":"4","Keywords":"0x8000000000000000","Hostname":"DC01","TimeCreated":"2023-07-19T09:05:51.869Z",` +
		`"@timestamp":"2023-07-19T09:05:51.869Z","EventID":22,"QueryName":"x","tags":["a"]}`)
	checkEvent(t, ev, err, `
Dialect flat
ID 22
Provider "Microsoft-Windows-Sysmon"
Computer "DC01"
LevelNumber 4
Keywords 9223372036854775808
Created 2023-07-19T09:05:51.869Z
param QueryName "x"
extra @timestamp "2023-07-19T09:05:51.869Z"
extra tags ["a"]
`)
}

// Azure's tables hold the parameters as text in one column.
func TestFlatEventDataInText(t *testing.T) {
	for data, want := range map[string]string{
		`"<EventData xmlns=\"x\">\r\n <Data Name=\"a\">1</Data><Data>2</Data></EventData>"`: "param a \"1\"\nparam (none) \"2\"\n",
		`"<UserData><X><b>1</b></X></UserData>"`:                                            "param b \"1\"\n",
		`"{\"a\":\"1\",\"b\":[2]}"`:                                                         "param a \"1\"\nparam b [2]\n",
		`"{\"a\":"`:                                                                         "param EventData \"{\\\"a\\\":\"\n",
		`"plain"`:                                                                           "param EventData \"plain\"\n",
		`"<"`:                                                                               "param EventData \"<\"\n",
		`{"a":1}`:                                                                           "param EventData {\"a\":1}\n",
	} {
		ev, err := readJSON(`{"Provider":"P","EventID":1,"Computer":"C","EventData":` + data + `}`)
		checkEvent(t, ev, err, "Dialect flat\nID 1\nProvider \"P\"\nComputer \"C\"\n"+want)
	}
}
