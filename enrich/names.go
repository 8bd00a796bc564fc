package enrich

import (
	"bytes"

	"winevent/enrich/event"
)

// levelName is log.level for a level number: "information" for 0 (LogAlways)
// too, as Event Viewer shows it; "" for a number that Windows does not define.
func levelName(level uint64) string {
	names := [...]string{"information", "critical", "error", "warning", "information", "verbose"}
	if level < uint64(len(names)) {
		return names[level]
	}
	return ""
}

// levelWord maps the words that shippers use to log.level's.
func levelWord(b []byte) string {
	switch string(b) {
	case "Critical", "critical", "CRITICAL":
		return "critical"
	case "Error", "error", "ERROR":
		return "error"
	case "Warning", "warning", "WARNING":
		return "warning"
	case "Information", "information", "INFO", "Info", "LogAlways", "Log Always":
		return "information"
	case "Verbose", "verbose", "VERBOSE", "DEBUG":
		return "verbose"
	}
	return ""
}

// levelOf returns the level's number, from the shipper's word where it sent no number.
func levelOf(ev *event.Event) event.Number {
	if ev.LevelNumber.Set {
		return ev.LevelNumber
	}
	for n, name := range [...]string{levelCritical: "critical", levelError: "error", levelWarning: "warning"} {
		if name != "" && name == levelWord(ev.Level) {
			return event.Number{Value: uint64(n), Set: true}
		}
	}
	return event.Number{}
}

// account is an account that every Windows has under the same SID
// ([MS-DTYP] 2.4.2.4). The names are the English ones.
type account struct{ sid, domain, name string }

var accounts = [...]account{
	{"S-1-0-0", "", "NULL SID"},
	{"S-1-5-7", "NT AUTHORITY", "ANONYMOUS LOGON"},
	{"S-1-5-18", "NT AUTHORITY", "SYSTEM"},
	{"S-1-5-19", "NT AUTHORITY", "LOCAL SERVICE"},
	{"S-1-5-20", "NT AUTHORITY", "NETWORK SERVICE"},
}

// wellKnown returns the account of the event when it is one of Windows' own, else nil.
func wellKnown(ev *event.Event) *account {
	for i := range accounts {
		a := &accounts[i]
		if string(ev.UserSID) == a.sid ||
			ev.UserSID == nil && ev.UserName != nil && string(ev.UserName) == a.name && string(ev.UserDomain) == a.domain {
			return a
		}
	}
	return nil
}

// opcodeName is the name of an opcode that Windows reserves (winmeta.xml), or "".
func opcodeName(opcode uint64) string {
	names := [...]string{"Info", "Start", "Stop", "DCStart", "DCStop", "Extension", "Reply", "Resume", "Suspend", "Send"}
	switch {
	case opcode < uint64(len(names)):
		return names[opcode]
	case opcode == 240:
		return "Receive"
	}
	return ""
}

// keyword is a bit of the keyword mask that Windows reserves (winmeta.xml), with its JSON.
type keyword struct {
	bit  uint64
	json string
}

var keywords = [...]keyword{
	{1 << 48, `"Response Time"`},
	{1 << 49, `"WDI Context"`},
	{1 << 50, `"WDI Diag"`},
	{1 << 51, `"SQM"`},
	{1 << 52, `"Audit Failure"`},
	{1 << 53, `"Audit Success"`},
	{1 << 54, `"Correlation Hint"`},
	{1 << 55, `"Classic"`},
}

// keywordClassic marks an event of the classic API, whose parameters have no names.
const keywordClassic = 1 << 55

var securityChannel = []byte("Security")

// dataset is where a channel's events belong.
type dataset struct{ module, name string }

// datasetOf follows the datasets of Elastic's system, windows and winlog packages.
func datasetOf(channel []byte) dataset {
	switch string(channel) {
	case "Security":
		return dataset{"system", "system.security"}
	case "System":
		return dataset{"system", "system.system"}
	case "Application":
		return dataset{"system", "system.application"}
	case "Microsoft-Windows-Sysmon/Operational":
		return dataset{"windows", "windows.sysmon_operational"}
	case "Windows PowerShell":
		return dataset{"windows", "windows.powershell"}
	case "Microsoft-Windows-PowerShell/Operational", "PowerShellCore/Operational":
		return dataset{"windows", "windows.powershell_operational"}
	case "Microsoft-Windows-Windows Defender/Operational":
		return dataset{"windows", "windows.windows_defender"}
	case "ForwardedEvents":
		return dataset{"windows", "windows.forwarded"}
	}
	// Subscriptions may spell the channel in another case.
	if bytes.EqualFold(channel, securityChannel) {
		return dataset{"system", "system.security"}
	}
	return dataset{"winlog", "winlog.winlog"}
}
