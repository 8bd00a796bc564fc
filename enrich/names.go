package enrich

import "strings"

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

// dataset is where a channel's events belong.
type dataset struct{ module, name string }

// datasetOf follows the datasets of Elastic's system, windows and winlog packages.
func datasetOf(channel []byte) dataset {
	switch string(channel) {
	case "Security", "security":
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
	if strings.EqualFold(string(channel), "Security") {
		return dataset{"system", "system.security"}
	}
	return dataset{"winlog", "winlog.winlog"}
}
