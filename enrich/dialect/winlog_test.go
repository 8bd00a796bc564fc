package dialect_test

import "testing"

func TestWinlog(t *testing.T) {
	ev, err := readJSON(`{"RecordNumber":6951440,"TimeGenerated":"2018-08-07 19:24:57 +0000","TimeWritten":"2018-08-07 19:24:57 +0000","EventID":7036,` +
		`"Qualifiers":16384,"EventType":"Information","EventCategory":4,"Channel":"System","SourceName":"Service Control Manager",` +
		`"ComputerName":"DESKTOP-1N4R894","Data":"5300430","Sid":"S-1-5-20","Message":"The service stopped.","StringInserts":["rdplic","0"],"tag":"win"}`)
	checkEvent(t, ev, err, `
Dialect winlog
ID 7036
RecordID 6951440
Qualifiers 16384
Provider "Service Control Manager"
Channel "System"
Computer "DESKTOP-1N4R894"
Message "The service stopped."
LevelNumber 4
TaskNumber 4
Created 2018-08-07T19:24:57.000Z
UserSID "S-1-5-20"
param (none) "rdplic"
param (none) "0"
Binary "5300430"
extra tag "win"
`)
}

// The time of writing is kept where it says something of its own.
func TestWinlogTimeWritten(t *testing.T) {
	ev, err := readJSON(`{"RecordNumber":1,"TimeGenerated":"2018-08-07 19:24:57 +0000","TimeWritten":"2018-08-07 19:24:59 +0000","EventID":1,"SourceName":"S"}`)
	checkEvent(t, ev, err, `
Dialect winlog
ID 1
RecordID 1
Provider "S"
Created 2018-08-07T19:24:57.000Z
extra TimeWritten "2018-08-07 19:24:59 +0000"
`)
}

func TestWinlogEventType(t *testing.T) {
	for word, want := range map[string]string{
		`"Error"`:        "LevelNumber 2\n",
		`"Warning"`:      "LevelNumber 3\n",
		`"Success"`:      "LevelNumber 4\n",
		`"SuccessAudit"`: "LevelNumber 0\nKeywordTexts \"Audit Success\"\n",
		`"FailureAudit"`: "LevelNumber 0\nKeywordTexts \"Audit Failure\"\n",
		`"Other"`:        "extra EventType \"Other\"\n",
		`5`:              "extra EventType 5\n",
	} {
		ev, err := readJSON(`{"RecordNumber":1,"TimeGenerated":"","EventID":1,"SourceName":"S","EventType":` + word + `}`)
		checkEvent(t, ev, err, "Dialect winlog\nID 1\nRecordID 1\nProvider \"S\"\n"+want)
	}
}
