//go:build unix

package detection

import "strings"

// The channels that rules are about, as Windows spells them.
const (
	application  = "Application"
	defender     = "Microsoft-Windows-Windows Defender/Operational"
	dnsServer    = "DNS Server"
	exchange     = "MSExchange Management"
	firewall     = "Microsoft-Windows-Windows Firewall With Advanced Security/Firewall"
	openSSH      = "OpenSSH/Operational"
	powershell   = "Microsoft-Windows-PowerShell/Operational"
	printService = "Microsoft-Windows-PrintService/Admin"
	security     = "Security"
	sysmon       = "Microsoft-Windows-Sysmon/Operational"
	system       = "System"
	tasks        = "Microsoft-Windows-TaskScheduler/Operational"
	windowsShell = "Windows PowerShell"
)

// expected says for each rule, by the name of its file, which recorded events it
// must find, and how many those are.
var expected = []struct {
	rule  string
	count int
	finds func(e *event) bool
}{
	{"audit_log_cleared", 6, func(e *event) bool { return e.from(security, 1102) && e.provider == "Microsoft-Windows-Eventlog" }},
	{"audit_of_success_removed", 13, func(e *event) bool { return e.from(security, 4719) && e.has("AuditPolicyChanges", "%%8448") }},
	{"connection_blocked_program", 10, func(e *event) bool { return e.from(security, 5157) && e.ends("Application", ".exe") }},
	{"connection_of_powershell", 10, func(e *event) bool {
		return e.from(sysmon, 3) && e.is("Initiated", "true") && e.ends("Image", `\powershell.exe`) && e.begins("DestinationIp", "10.") &&
			e.is("DestinationPort", "80", "443")
	}},
	{"connection_remote_management", 5, func(e *event) bool {
		return e.from(sysmon, 3) && e.is("Initiated", "true") && e.is("DestinationPort", "5985") && e.ends("Image", `\svchost.exe`)
	}},
	{"credentials_store_on_share", 2, func(e *event) bool {
		return e.from(security, 5145) && e.ends("ShareName", `\C$`) && e.has("RelativeTargetName", "mRemoteNG")
	}},
	{"defender_driver_start_changed", 2, func(e *event) bool { return e.from(system, 7040) && e.is("param4", "WdNisDrv") }},
	{"defender_sends_no_samples", 7, func(e *event) bool { return e.from(defender, 5007) && e.has("NewValue", "SubmitSamplesConsent = 0x0") }},
	{"directory_replication_requested", 2, func(e *event) bool {
		return e.from(security, 4662) && e.has("Properties", "1131f6aa-9c07-11d1-f79f-00c04fc2dcd2")
	}},
	{"disk_read_raw", 3, func(e *event) bool {
		return e.from(sysmon, 9) && e.begins("Device", `\Device\HarddiskVolume`) && !e.is("Image", "System")
	}},
	{"dns_asked_by_directory_tool", 2, func(e *event) bool { return e.from(sysmon, 22) && e.ends("Image", `\ntdsutil.exe`) }},
	{"dns_directory_looked_up", 1, func(e *event) bool { return e.from(sysmon, 22) && e.begins("QueryName", "_ldap._tcp.") }},
	{"dns_server_plugin_failed", 9, func(e *event) bool { return e.from(dnsServer, 150) && e.ends("param1", ".dll") }},
	{"driver_of_capture_in_program_folder", 3, func(e *event) bool { return e.from(sysmon, 6) && e.begins("ImageLoaded", `C:\Program Files\`) }},
	{"driver_service_elsewhere", 7, func(e *event) bool {
		return e.from(security, 4697) && e.is("ServiceType", "0x1") && e.ends("ServiceFileName", ".sys") && !e.has("ServiceFileName", `\System32\drivers\`)
	}},
	{"explicit_credentials_by_desktop_program", 3, func(e *event) bool {
		return e.from(security, 4648) && e.has("ProcessName", `\Desktop\`) && e.is("SubjectUserName", "pgustavo")
	}},
	{"file_link_in_start_menu", 1, func(e *event) bool {
		return e.from(sysmon, 11) && e.has("TargetFilename", `\Start Menu\Programs\`) && e.ends("TargetFilename", ".lnk")
	}},
	{"file_policy_written", 2, func(e *event) bool {
		return e.from(sysmon, 11) && e.has("TargetFilename", `\GroupPolicy\DataStore\`) && e.ends("Image", `\svchost.exe`)
	}},
	{"file_time_changed_by_editor", 3, func(e *event) bool { return e.from(sysmon, 2) && e.ends("Image", `\PowerShell_ISE.exe`) }},
	{"firewall_rule_added_through_wmi", 10, func(e *event) bool { return e.from(firewall, 2004) && e.ends("ModifyingApplication", `\WmiPrvSE.exe`) }},
	{"firewall_rule_deleted", 4, func(e *event) bool { return e.from(security, 4948) }},
	{"firewall_stopped", 8, func(e *event) bool { return e.from(security, 5025) }},
	{"firewall_turned_off", 17, func(e *event) bool {
		return e.from(security, 4950) && e.is("SettingType", "Enable Windows Firewall") && e.is("SettingValue", "No")
	}},
	{"log_cleared", 7, func(e *event) bool { return e.from(system, 104) && e.provider == "Microsoft-Windows-Eventlog" }},
	{"logon_anonymous_ntlm_v1", 7, func(e *event) bool {
		return e.from(security, 4624) && e.is("LogonType", "3") && e.is("TargetUserName", "ANONYMOUS LOGON") && e.is("LmPackageName", "NTLM V1")
	}},
	{"logon_failed_by_tool", 4, func(e *event) bool { return e.from(security, 4625) && e.has("ProcessName", `\Downloads\`) }},
	{"logon_from_address", 2, func(e *event) bool {
		return e.from(security, 4624) && e.is("LogonType", "3") && e.begins("IpAddress", "172.18.39.")
	}},
	{"logon_of_disabled_account", 7, func(e *event) bool { return e.from(security, 4625) && e.is("SubStatus", "0xc0000072") }},
	{"mail_transport_agent_installed", 5, func(e *event) bool { return e.channel == exchange && e.is("Data", "Install-TransportAgent") }},
	{"member_added_to_powerful_group", 12, func(e *event) bool {
		return e.from(security, 4728, 4732, 4756) && e.ends("TargetSid", "-512", "-518", "-519", "-32-544", "-32-551")
	}},
	{"ntlm_settings_weakened", 8, func(e *event) bool {
		return strings.EqualFold(e.channel, security) && e.id == 4657 && e.has("ObjectName", `\Control\Lsa`) &&
			e.is("ObjectValueName", "LMCompatibilityLevel", "RestrictSendingNTLMTraffic", "NtlmMinClientSec")
	}},
	{"pipe_of_authority_by_wmi", 2, func(e *event) bool {
		return e.from(sysmon, 17, 18) && e.is("PipeName", `\lsass`) && e.ends("Image", `\wmiprvse.exe`)
	}},
	{"pipe_of_psexec", 8, func(e *event) bool { return e.from(sysmon, 17, 18) && e.begins("PipeName", `\PSEXESVC`) }},
	{"powershell_alias_defined", 5, func(e *event) bool { return e.from(powershell, 4104) && e.has("ScriptBlockText", "Set-Alias") }},
	{"powershell_command_in_ise", 1, func(e *event) bool {
		return e.from(powershell, 4103) && e.has("ContextInfo", "Host Name = Windows PowerShell ISE Host")
	}},
	{"powershell_console_started", 5, func(e *event) bool { return e.from(windowsShell, 400) && e.has("Data", "HostName=ConsoleHost") }},
	{"powershell_module_imported", 1, func(e *event) bool {
		return e.from(powershell, 4103) && e.has("Payload", "CommandInvocation(Import-Module)")
	}},
	{"powershell_pipeline_of_domain_user", 5, func(e *event) bool { return e.from(windowsShell, 800) && e.has("Data", `UserId=OFFSEC\`) }},
	{"powershell_script_of_dsc", 1, func(e *event) bool { return e.from(powershell, 4104) && e.has("Path", `\DscResources\`) }},
	{"printer_plugin_failed", 5, func(e *event) bool {
		return e.from(printService, 808) && (e.has("PluginDllName", `\spool\DRIVERS\`) || e.has("Data", `\spool\DRIVERS\`))
	}},
	{"process_by_original_name", 1, func(e *event) bool {
		return e.from(sysmon, 1) && e.is("OriginalFileName", "Wmiprvse.exe") && e.begins("Company", "Microsoft")
	}},
	{"process_elevated", 1, func(e *event) bool { return e.from(security, 4688) && e.is("TokenElevationType", "%%1937") }},
	{"process_for_another_account", 5, func(e *event) bool {
		return e.from(security, 4688) && len(e.params["TargetUserName"]) > 0 && !e.is("TargetUserName", "-", "")
	}},
	{"process_installer_parent", 7, func(e *event) bool {
		return e.from(sysmon, 1) && e.ends("ParentImage", `\msiexec.exe`) && !e.ends("Image", `\msiexec.exe`)
	}},
	{"process_powershell_from_cmd", 9, func(e *event) bool {
		return (e.from(sysmon, 1) && e.ends("Image", `\cmd.exe`) || e.from(security, 4688) && e.ends("NewProcessName", `\cmd.exe`)) &&
			e.has("CommandLine", "powershell") && e.has("CommandLine", "Get-Service")
	}},
	{"process_service_key_with_reg", 1, func(e *event) bool {
		return e.from(security, 4688) && e.ends("NewProcessName", `\reg.exe`) && e.has("CommandLine", "ADD") && e.has("CommandLine", `\Services\`)
	}},
	{"process_task_from_file", 7, func(e *event) bool {
		return e.from(sysmon, 1) && e.ends("Image", `\schtasks.exe`) && e.has("CommandLine", "-create") && e.has("CommandLine", "-xml")
	}},
	{"process_waits_with_ping", 1, func(e *event) bool {
		return e.from(sysmon, 1) && e.ends("Image", `\PING.EXE`) && e.has("CommandLine", "127.0.0.1") &&
			e.ends("ParentImage", `\cmd.exe`) && e.has("ParentCommandLine", `\Temp\`)
	}},
	{"program_blocked_by_firewall", 10, func(e *event) bool { return e.from(security, 5031) && e.ends("Application", `\iexplore.exe`) }},
	{"registry_trust_provider", 6, func(e *event) bool {
		return e.from(sysmon, 13) && e.has("TargetObject", `\CryptSIPDllGetSignedDataMsg\`) && e.ends("Details", ".dll")
	}},
	{"service_name_given_to_user", 7, func(e *event) bool {
		return e.from(security, 5136) && e.is("AttributeLDAPDisplayName", "servicePrincipalName") && e.is("ObjectClass", "user")
	}},
	{"service_named_psexec", 2, func(e *event) bool { return e.from(security, 4697) && e.is("ServiceName", "PSEXESVC") }},
	{"service_runs_powershell", 11, func(e *event) bool {
		return e.from(system, 7045) && e.has("ImagePath", "powershell") && e.has("ImagePath", "-command")
	}},
	{"service_talks_to_pipe", 1, func(e *event) bool {
		return e.from(security, 4697) && e.has("ServiceFileName", "%COMSPEC%") && e.has("ServiceFileName", `\pipe\`)
	}},
	{"sql_server_may_run_commands", 5, func(e *event) bool {
		return e.channel == application && e.provider == "MSSQL$RADAR" && e.has("Data", "xp_cmdshell")
	}},
	{"ssh_password_refused", 8, func(e *event) bool { return e.from(openSSH, 4) && e.begins("payload", "Failed password for") }},
	{"sysmon_configuration_changed", 9, func(e *event) bool { return e.from(sysmon, 16) }},
	{"sysmon_file_by_hash", 1, func(e *event) bool {
		return e.from(sysmon, 1) && e.has("Hashes", "SHA1=CE8E487CB76704FE5FBB821A78A1E969EFBE71F9")
	}},
	{"sysmon_mark_of_the_internet", 2, func(e *event) bool { return e.from(sysmon, 15) && e.has("Contents", "ZoneId=3") }},
	{"sysmon_packet_capture_driver", 3, func(e *event) bool { return e.from(sysmon, 6) && e.has("Signature", "Riverbed") }},
	{"sysmon_thread_into_notepad", 11, func(e *event) bool {
		return e.from(sysmon, 8) && e.ends("TargetImage", `\notepad.exe`) && e.is("StartModule", "-")
	}},
	{"sysmon_value_names_dll_of_user", 6, func(e *event) bool {
		return e.from(sysmon, 13) && e.begins("Details", `C:\Users\`) && e.ends("Details", ".dll")
	}},
	{"sysmon_wmi_provider_reads_process", 8, func(e *event) bool {
		return e.from(sysmon, 10) && e.is("GrantedAccess", "0x1410") && e.has("CallTrace", `\wbem\`) && !e.ends("TargetImage", `\WmiPrvSE.exe`)
	}},
	{"sysmon_wmi_script_consumer", 3, func(e *event) bool {
		return e.from(sysmon, 19, 20, 21) && e.is("Operation", "Created") && e.has("Consumer", "ActiveScriptEventConsumer")
	}},
	{"sysmon_wmi_waits_for_logon", 3, func(e *event) bool {
		return e.from(sysmon, 19) && e.is("Operation", "Created") && e.has("Query", "__InstanceCreationEvent") && e.has("Query", "Win32_LogonSession")
	}},
	{"task_registered_by_user", 5, func(e *event) bool { return e.from(tasks, 106) && e.has("UserContext", `\`) }},
	{"user_named_like_computer", 7, func(e *event) bool { return e.from(security, 4720) && e.ends("TargetUserName", "$") }},
}
