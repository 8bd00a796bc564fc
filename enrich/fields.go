package enrich

import "strings"

// Type is an ECS (Elasticsearch) field type.
type Type string

// The types in use.
const (
	Date    Type = "date"
	Keyword Type = "keyword"
	Text    Type = "match_only_text"
	Long    Type = "long"
	IP      Type = "ip"
	// Flattened is an object whose members are not mapped one by one.
	Flattened Type = "flattened"
	// Object is an object whose members are keywords of names unknown beforehand.
	Object Type = "object"
)

// Field is a row of the table of everything that winevent emits. The table
// drives the encoder, the field reference and its tests.
type Field struct {
	Path string
	Type Type
	// Array says that the value is a list.
	Array bool
	// ECS says that the Elastic Common Schema defines the field.
	ECS bool
	// Doc says what the field holds and where it comes from.
	Doc string
}

// Fields returns the table, in the order in which documents have the fields.
// The slice must not be changed.
func Fields() []Field { return fields[:] }

// fieldID is a field's place in the table, and in the document.
type fieldID uint8

const (
	fTimestamp fieldID = iota
	fMessage
	fDataStreamDataset
	fDataStreamNamespace
	fDataStreamType
	fDestinationDomain
	fDestinationIP
	fDestinationPort
	fDNSQuestionName
	fDNSResolvedIP
	fECSVersion
	fErrorCode
	fErrorMessage
	fEventAction
	fEventCategory
	fEventCode
	fEventCreated
	fEventDataset
	fEventID
	fEventKind
	fEventModule
	fEventOriginal
	fEventOutcome
	fEventProvider
	fEventReference
	fEventSeverity
	fEventType
	fFileSigned
	fFileSignatureStatus
	fFileSignatureSubject
	fFileDirectory
	fFileExtension
	fFileHashMD5
	fFileHashSHA1
	fFileHashSHA256
	fFileName
	fFilePath
	fFilePECompany
	fFilePEDescription
	fFilePEVersion
	fFilePEImphash
	fFilePEOriginal
	fFilePEProduct
	fGroupDomain
	fGroupID
	fGroupName
	fHostName
	fHostOSType
	fLogLevel
	fNetworkCommunityID
	fNetworkDirection
	fNetworkIANANumber
	fNetworkProtocol
	fNetworkTransport
	fNetworkType
	fPSCommandName
	fPSCommandPath
	fPSCommandType
	fPSCommandValue
	fPSEngineNewState
	fPSEnginePreviousState
	fPSEngineVersion
	fPSScriptBlockID
	fPSScriptBlockText
	fPSPipelineID
	fPSHostVersion
	fPSProviderName
	fPSProviderNewState
	fPSRunspaceID
	fPSSequence
	fPSTotal
	fProcessArgs
	fProcessArgsCount
	fProcessCommandLine
	fProcessEntityID
	fProcessExecutable
	fProcessHashMD5
	fProcessHashSHA1
	fProcessHashSHA256
	fProcessName
	fProcessParentArgs
	fProcessParentArgsCount
	fProcessParentCommandLine
	fProcessParentEntityID
	fProcessParentExecutable
	fProcessParentName
	fProcessParentPID
	fProcessPECompany
	fProcessPEDescription
	fProcessPEVersion
	fProcessPEImphash
	fProcessPEOriginal
	fProcessPEProduct
	fProcessID
	fProcessThread
	fProcessTitle
	fProcessWorkingDirectory
	fRegistryDataStrings
	fRegistryDataType
	fRegistryHive
	fRegistryKey
	fRegistryPath
	fRegistryValue
	fRelatedHash
	fRelatedHosts
	fRelatedIP
	fRelatedUser
	fRuleID
	fRuleName
	fServiceName
	fSourceDomain
	fSourceIP
	fSourcePort
	fSysmonDNSStatus
	fSysmonArchived
	fSysmonIsExecutable
	fThreatFramework
	fThreatTechniqueID
	fURLFull
	fUserChangesName
	fActorDomain
	fUserEffectiveDomain
	fUserEffectiveID
	fUserEffectiveName
	fUserID
	fActorName
	fUserTargetDomain
	fUserTargetID
	fUserTargetName
	fAuditCategory
	fAuditSubcategory
	fCatalogVersion
	fDialect
	fWErrorCode
	fWErrorFacility
	fWErrorHex
	fWErrorMessage
	fWErrorSymbol
	fRemediationSummary
	fRemediationCause
	fRemediationSteps
	fRemediationVerify
	fRemediationVerifyEventCodes
	fRemediationReference
	fSeverity
	fSeverityReason
	fSymbolicName
	fSymbolicNameOrigin
	fTitle
	fValueText
	fActivityID
	fAPI
	fChannel
	fComputerObjectDomain
	fComputerObjectID
	fComputerObjectName
	fComputerName
	fEventData
	fWEventID
	fKeywords
	fLogonFailureReason
	fLogonFailureStatus
	fLogonFailureSubStatus
	fLogonID
	fLogonType
	fMetadata
	fOpcode
	fProcessPID
	fProcessThreadID
	fProviderGUID
	fProviderName
	fRawKeywords
	fRawLevel
	fRawOpcode
	fRawQualifiers
	fRawTask
	fRecord
	fRecordID
	fRelatedActivityID
	fScheduledTaskName
	fTask
	fUserDomain
	fUserIdentifier
	fUserName
	fUserType
	fVersion
	fTags
	fieldCount
)

var fields = [fieldCount]Field{
	fTimestamp:                   {"@timestamp", Date, false, true, "When Windows logged the event, in UTC, with the precision that the record carries (at least milliseconds). Without such a time: when the shipper read it; without that too: when it was delivered."},
	fMessage:                     {"message", Text, false, true, "The message as the shipper sent it; where the record has none, rendered from the event's template."},
	fDataStreamDataset:           {"data_stream.dataset", Keyword, false, true, "Equal to event.dataset."},
	fDataStreamNamespace:         {"data_stream.namespace", Keyword, false, true, "default, or what the option namespace says."},
	fDataStreamType:              {"data_stream.type", Keyword, false, true, "logs."},
	fDestinationDomain:           {"destination.domain", Keyword, false, true, "The other host's name, as the event has it."},
	fDestinationIP:               {"destination.ip", IP, false, true, "Where the connection went."},
	fDestinationPort:             {"destination.port", Long, false, true, "The port that the connection went to."},
	fDNSQuestionName:             {"dns.question.name", Keyword, false, true, "The name that was looked up."},
	fDNSResolvedIP:               {"dns.resolved_ip", IP, true, true, "The addresses in the answer."},
	fECSVersion:                  {"ecs.version", Keyword, false, true, "The ECS version that the document follows."},
	fErrorCode:                   {"error.code", Keyword, false, true, "The error code inside the event, as the event spells it."},
	fErrorMessage:                {"error.message", Text, false, true, "What the error code means, as `net helpmsg` would say; or, with event.kind pipeline_error, why the record could not be understood."},
	fEventAction:                 {"event.action", Keyword, false, true, "What happened, from the catalog; else the event's task."},
	fEventCategory:               {"event.category", Keyword, true, true, "The ECS category, from the catalog."},
	fEventCode:                   {"event.code", Keyword, false, true, "The Windows event id."},
	fEventCreated:                {"event.created", Date, false, true, "When the shipper read the event."},
	fEventDataset:                {"event.dataset", Keyword, false, true, "The dataset that the channel belongs to, as Elastic's Windows packages name it (system.security, windows.sysmon_operational …); winlog.winlog for a channel without one. The option dataset sets another for all."},
	fEventID:                     {"event.id", Keyword, false, true, "Always the same for the same Windows record: a SHA-256 over provider, channel, computer, record id and second, cut to 128 bits. For a record without a record id: over its content."},
	fEventKind:                   {"event.kind", Keyword, false, true, "event; alert from alert_min_severity on; pipeline_error for a record that is no readable Windows event."},
	fEventModule:                 {"event.module", Keyword, false, true, "The first part of event.dataset."},
	fEventOriginal:               {"event.original", Keyword, false, true, "The record as it came, as JSON or XML text: with preserve_original, and for every record that could not be understood."},
	fEventOutcome:                {"event.outcome", Keyword, false, true, "success, failure or unknown: from the catalog, else from the Audit Success or Audit Failure keyword."},
	fEventProvider:               {"event.provider", Keyword, false, true, "The Windows provider."},
	fEventReference:              {"event.reference", Keyword, false, true, "The vendor's page about the event."},
	fEventSeverity:               {"event.severity", Long, false, true, "The severity on Elastic Security's scale: informational 10, low 21, medium 47, high 73, critical 99."},
	fEventType:                   {"event.type", Keyword, true, true, "The ECS type, from the catalog."},
	fFileSigned:                  {"file.code_signature.signed", Keyword, false, false, "Whether the file is signed: true or false, as Sysmon says."},
	fFileSignatureStatus:         {"file.code_signature.status", Keyword, false, true, "The state of the file's signature."},
	fFileSignatureSubject:        {"file.code_signature.subject_name", Keyword, false, true, "Who signed the file."},
	fFileDirectory:               {"file.directory", Keyword, false, true, "The directory in file.path."},
	fFileExtension:               {"file.extension", Keyword, false, true, "The extension in file.path, without the dot."},
	fFileHashMD5:                 {"file.hash.md5", Keyword, false, true, "The file's MD5."},
	fFileHashSHA1:                {"file.hash.sha1", Keyword, false, true, "The file's SHA-1."},
	fFileHashSHA256:              {"file.hash.sha256", Keyword, false, true, "The file's SHA-256."},
	fFileName:                    {"file.name", Keyword, false, true, "The file's name: the last part of file.path; of a named pipe, its name."},
	fFilePath:                    {"file.path", Keyword, false, true, "The file that the event is about."},
	fFilePECompany:               {"file.pe.company", Keyword, false, true, "The company in the file's version information."},
	fFilePEDescription:           {"file.pe.description", Keyword, false, true, "The description in the file's version information."},
	fFilePEVersion:               {"file.pe.file_version", Keyword, false, true, "The version in the file's version information."},
	fFilePEImphash:               {"file.pe.imphash", Keyword, false, true, "The hash over the file's imports."},
	fFilePEOriginal:              {"file.pe.original_file_name", Keyword, false, true, "The file's name when it was built."},
	fFilePEProduct:               {"file.pe.product", Keyword, false, true, "The product in the file's version information."},
	fGroupDomain:                 {"group.domain", Keyword, false, true, "The domain of the group that was changed or read."},
	fGroupID:                     {"group.id", Keyword, false, true, "The SID of the group that was changed or read."},
	fGroupName:                   {"group.name", Keyword, false, true, "The group that was changed or read."},
	fHostName:                    {"host.name", Keyword, false, true, "The computer that logged the event."},
	fHostOSType:                  {"host.os.type", Keyword, false, true, "windows."},
	fLogLevel:                    {"log.level", Keyword, false, true, "Windows' level: critical, error, warning, information (also for level 0, LogAlways) or verbose."},
	fNetworkCommunityID:          {"network.community_id", Keyword, false, true, "The Community ID (version 1, seed 0) of a TCP or UDP connection, to find it in other sources."},
	fNetworkDirection:            {"network.direction", Keyword, false, true, "ingress or egress, seen from the host; inbound or outbound for what the Filtering Platform decided about."},
	fNetworkIANANumber:           {"network.iana_number", Keyword, false, true, "The protocol's number."},
	fNetworkProtocol:             {"network.protocol", Keyword, false, true, "The protocol that the port is known for."},
	fNetworkTransport:            {"network.transport", Keyword, false, true, "tcp, udp, icmp …"},
	fNetworkType:                 {"network.type", Keyword, false, true, "ipv4 or ipv6."},
	fPSCommandName:               {"powershell.command.name", Keyword, false, false, "The command that ran."},
	fPSCommandPath:               {"powershell.command.path", Keyword, false, false, "Where the command comes from."},
	fPSCommandType:               {"powershell.command.type", Keyword, false, false, "Cmdlet, Function, Script …"},
	fPSCommandValue:              {"powershell.command.value", Keyword, false, false, "The line that the command stands in."},
	fPSEngineNewState:            {"powershell.engine.new_state", Keyword, false, false, "The engine's state now."},
	fPSEnginePreviousState:       {"powershell.engine.previous_state", Keyword, false, false, "The engine's state before."},
	fPSEngineVersion:             {"powershell.engine.version", Keyword, false, false, "PowerShell's version; 2.0 writes no script blocks."},
	fPSScriptBlockID:             {"powershell.file.script_block_id", Keyword, false, false, "Joins the parts of a script block."},
	fPSScriptBlockText:           {"powershell.file.script_block_text", Keyword, false, false, "The script block, or a part of it; of 4103, what the command was called with."},
	fPSPipelineID:                {"powershell.pipeline_id", Keyword, false, false, "The pipeline that the command ran in."},
	fPSHostVersion:               {"powershell.process.executable_version", Keyword, false, false, "The version of the program that hosts PowerShell."},
	fPSProviderName:              {"powershell.provider.name", Keyword, false, false, "The PowerShell provider."},
	fPSProviderNewState:          {"powershell.provider.new_state", Keyword, false, false, "The PowerShell provider's state now."},
	fPSRunspaceID:                {"powershell.runspace_id", Keyword, false, false, "The runspace that the command ran in."},
	fPSSequence:                  {"powershell.sequence", Long, false, false, "The part's number."},
	fPSTotal:                     {"powershell.total", Long, false, false, "How many parts the script block has."},
	fProcessArgs:                 {"process.args", Keyword, true, true, "The words of the command line, divided as Windows does."},
	fProcessArgsCount:            {"process.args_count", Long, false, true, "How many words the command line has."},
	fProcessCommandLine:          {"process.command_line", Keyword, false, true, "The command line."},
	fProcessEntityID:             {"process.entity_id", Keyword, false, true, "The process, unique over all hosts: Sysmon's ProcessGuid."},
	fProcessExecutable:           {"process.executable", Keyword, false, true, "The program that acted, where the event names it."},
	fProcessHashMD5:              {"process.hash.md5", Keyword, false, true, "The program's MD5."},
	fProcessHashSHA1:             {"process.hash.sha1", Keyword, false, true, "The program's SHA-1."},
	fProcessHashSHA256:           {"process.hash.sha256", Keyword, false, true, "The program's SHA-256."},
	fProcessName:                 {"process.name", Keyword, false, true, "The file name in process.executable."},
	fProcessParentArgs:           {"process.parent.args", Keyword, true, true, "The words of the parent's command line."},
	fProcessParentArgsCount:      {"process.parent.args_count", Long, false, true, "How many words the parent's command line has."},
	fProcessParentCommandLine:    {"process.parent.command_line", Keyword, false, true, "The parent's command line."},
	fProcessParentEntityID:       {"process.parent.entity_id", Keyword, false, true, "The parent, unique over all hosts."},
	fProcessParentExecutable:     {"process.parent.executable", Keyword, false, true, "The parent's program."},
	fProcessParentName:           {"process.parent.name", Keyword, false, true, "The file name in process.parent.executable."},
	fProcessParentPID:            {"process.parent.pid", Long, false, true, "The parent's process id."},
	fProcessPECompany:            {"process.pe.company", Keyword, false, true, "The company in the program's version information."},
	fProcessPEDescription:        {"process.pe.description", Keyword, false, true, "The description in the program's version information."},
	fProcessPEVersion:            {"process.pe.file_version", Keyword, false, true, "The version in the program's version information."},
	fProcessPEImphash:            {"process.pe.imphash", Keyword, false, true, "The hash over the program's imports."},
	fProcessPEOriginal:           {"process.pe.original_file_name", Keyword, false, true, "The program's name when it was built."},
	fProcessPEProduct:            {"process.pe.product", Keyword, false, true, "The product in the program's version information."},
	fProcessID:                   {"process.pid", Long, false, true, "The id of the process that acted. winlog.process.pid is the one that wrote the event."},
	fProcessThread:               {"process.thread.id", Long, false, true, "The thread that acted."},
	fProcessTitle:                {"process.title", Keyword, false, true, "The name of the program that hosts PowerShell."},
	fProcessWorkingDirectory:     {"process.working_directory", Keyword, false, true, "The directory that the process began in."},
	fRegistryDataStrings:         {"registry.data.strings", Keyword, true, true, "What was written into the registry value: its text, or a number in decimal."},
	fRegistryDataType:            {"registry.data.type", Keyword, false, true, "REG_DWORD, REG_QWORD or REG_BINARY, where the event tells."},
	fRegistryHive:                {"registry.hive", Keyword, false, true, "HKLM, HKU …"},
	fRegistryKey:                 {"registry.key", Keyword, false, true, "The key, without the hive."},
	fRegistryPath:                {"registry.path", Keyword, false, true, "Hive, key and value."},
	fRegistryValue:               {"registry.value", Keyword, false, true, "The name of the value."},
	fRelatedHash:                 {"related.hash", Keyword, true, true, "All hashes that the event names."},
	fRelatedHosts:                {"related.hosts", Keyword, true, true, "All hosts that the event names."},
	fRelatedIP:                   {"related.ip", IP, true, true, "All addresses that the event names."},
	fRelatedUser:                 {"related.user", Keyword, true, true, "All users that the event names."},
	fRuleID:                      {"rule.id", Keyword, false, true, "The Windows Firewall rule."},
	fRuleName:                    {"rule.name", Keyword, false, true, "The Windows Firewall rule's name; in Sysmon's events, the name of the rule of its configuration that matched."},
	fServiceName:                 {"service.name", Keyword, false, true, "The service that the event is about."},
	fSourceDomain:                {"source.domain", Keyword, false, true, "The remote host's name, as the event has it."},
	fSourceIP:                    {"source.ip", IP, false, true, "The remote address."},
	fSourcePort:                  {"source.port", Long, false, true, "The port that the connection came from."},
	fSysmonDNSStatus:             {"sysmon.dns.status", Keyword, false, false, "The result of the look-up, 0 for success."},
	fSysmonArchived:              {"sysmon.file.archived", Keyword, false, false, "Whether Sysmon kept a copy of the file: true or false."},
	fSysmonIsExecutable:          {"sysmon.file.is_executable", Keyword, false, false, "Whether the file is a program: true or false."},
	fThreatFramework:             {"threat.framework", Keyword, false, true, "MITRE ATT&CK, with threat.technique.id."},
	fThreatTechniqueID:           {"threat.technique.id", Keyword, true, true, "The ATT&CK techniques that the event by itself speaks for, from the catalog."},
	fURLFull:                     {"url.full", Keyword, false, true, "The address that was loaded."},
	fUserChangesName:             {"user.changes.name", Keyword, false, true, "The account's new name."},
	fActorDomain:                 {"user.domain", Keyword, false, true, "The domain of the user who acted."},
	fUserEffectiveDomain:         {"user.effective.domain", Keyword, false, true, "The domain of the user whose rights were used."},
	fUserEffectiveID:             {"user.effective.id", Keyword, false, true, "The SID of the user whose rights were used."},
	fUserEffectiveName:           {"user.effective.name", Keyword, false, true, "The user whose rights were used, where it is not the one who acted."},
	fUserID:                      {"user.id", Keyword, false, true, "The SID of the user who acted, where the event names one."},
	fActorName:                   {"user.name", Keyword, false, true, "The user who acted; of a logon, who logged on."},
	fUserTargetDomain:            {"user.target.domain", Keyword, false, true, "The domain of the account that was acted upon."},
	fUserTargetID:                {"user.target.id", Keyword, false, true, "The SID of the account that was acted upon."},
	fUserTargetName:              {"user.target.name", Keyword, false, true, "The account that was acted upon."},
	fAuditCategory:               {"winevent.audit.category", Keyword, false, false, "The audit policy category that writes the event."},
	fAuditSubcategory:            {"winevent.audit.subcategory", Keyword, false, false, "The audit policy subcategory that writes the event."},
	fCatalogVersion:              {"winevent.catalog_version", Keyword, false, false, "The catalog that knew the event, or at least the names of its parameters: date and fingerprint of its sources; for an event that the user's catalog_file changes or adds, with + and the first eight digits of the file's SHA-256 behind."},
	fDialect:                     {"winevent.dialect", Keyword, false, false, "The form in which the record came."},
	fWErrorCode:                  {"winevent.error.code", Keyword, false, false, "The error code inside the event, in decimal as `net helpmsg` takes it (of an HRESULT that wraps a Win32 code: the Win32 code), or in hexadecimal for NTSTATUS and HRESULT."},
	fWErrorFacility:              {"winevent.error.facility", Keyword, false, false, "Win32, NTSTATUS or HRESULT."},
	fWErrorHex:                   {"winevent.error.hex", Keyword, false, false, "The code in hexadecimal."},
	fWErrorMessage:               {"winevent.error.message", Keyword, false, false, "What the code means."},
	fWErrorSymbol:                {"winevent.error.symbol", Keyword, false, false, "The code's symbolic name."},
	fRemediationSummary:          {"winevent.remediation.summary", Keyword, false, false, "What to do, in one sentence."},
	fRemediationCause:            {"winevent.remediation.cause", Keyword, false, false, "What made Windows log the event, chosen by the error code where it has one."},
	fRemediationSteps:            {"winevent.remediation.steps", Keyword, true, false, "What to do, in order."},
	fRemediationVerify:           {"winevent.remediation.verify", Keyword, false, false, "How to know that it is fixed."},
	fRemediationVerifyEventCodes: {"winevent.remediation.verify_event_codes", Keyword, true, false, "Later events of the same provider that confirm it."},
	fRemediationReference:        {"winevent.remediation.reference", Keyword, false, false, "The vendor's page."},
	fSeverity:                    {"winevent.severity", Keyword, false, false, "informational, low, medium, high or critical."},
	fSeverityReason:              {"winevent.severity_reason", Keyword, false, false, "Why the event has this severity."},
	fSymbolicName:                {"winevent.symbolic_name", Keyword, false, false, "The event's symbolic name."},
	fSymbolicNameOrigin:          {"winevent.symbolic_name_origin", Keyword, false, false, "published: Microsoft's name. derived: ours."},
	fTitle:                       {"winevent.title", Keyword, false, false, "What happened, in one line."},
	fValueText:                   {"winevent.value_text", Object, false, false, "For parameters whose value is a code (%%n, or a number of a value map): what it means, by parameter name. winlog.event_data keeps the code."},
	fActivityID:                  {"winlog.activity_id", Keyword, false, false, "Joins the events of one activity."},
	fAPI:                         {"winlog.api", Keyword, false, false, "wineventlog."},
	fChannel:                     {"winlog.channel", Keyword, false, false, "The log that the event was written to; in Windows' own spelling where the record has another case and the catalog knows the log."},
	fComputerObjectDomain:        {"winlog.computerObject.domain", Keyword, false, false, "The domain of the computer account that was changed."},
	fComputerObjectID:            {"winlog.computerObject.id", Keyword, false, false, "The SID of the computer account that was changed."},
	fComputerObjectName:          {"winlog.computerObject.name", Keyword, false, false, "The computer account that was changed."},
	fComputerName:                {"winlog.computer_name", Keyword, false, false, "The computer that logged the event."},
	fEventData:                   {"winlog.event_data", Object, false, false, "The event's parameters by name, as text. Without known names: param1 … param99, and all values in order in Data. Classic events' binary data is Binary, in hexadecimal."},
	fWEventID:                    {"winlog.event_id", Keyword, false, false, "The Windows event id."},
	fKeywords:                    {"winlog.keywords", Keyword, true, false, "The names of the keywords that Windows reserves, or the texts that the shipper sent."},
	fLogonFailureReason:          {"winlog.logon.failure.reason", Keyword, false, false, "Why the logon failed, in Windows' words."},
	fLogonFailureStatus:          {"winlog.logon.failure.status", Keyword, false, false, "The status of the failed logon."},
	fLogonFailureSubStatus:       {"winlog.logon.failure.sub_status", Keyword, false, false, "The detail of that status."},
	fLogonID:                     {"winlog.logon.id", Keyword, false, false, "The logon session; joins the events of one."},
	fLogonType:                   {"winlog.logon.type", Keyword, false, false, "Interactive, Network, Batch, Service …"},
	fMetadata:                    {"winlog.metadata", Flattened, false, false, "Fluent Bit's metadata of the record, when there is any."},
	fOpcode:                      {"winlog.opcode", Keyword, false, false, "The opcode's name, or its number."},
	fProcessPID:                  {"winlog.process.pid", Long, false, false, "The process that wrote the event."},
	fProcessThreadID:             {"winlog.process.thread.id", Long, false, false, "The thread that wrote the event."},
	fProviderGUID:                {"winlog.provider_guid", Keyword, false, false, "The provider's GUID, in braces and upper case."},
	fProviderName:                {"winlog.provider_name", Keyword, false, false, "The Windows provider."},
	fRawKeywords:                 {"winlog.raw.keywords", Keyword, false, false, "The keyword mask, in hexadecimal."},
	fRawLevel:                    {"winlog.raw.level", Long, false, false, "The level's number."},
	fRawOpcode:                   {"winlog.raw.opcode", Long, false, false, "The opcode's number."},
	fRawQualifiers:               {"winlog.raw.qualifiers", Long, false, false, "The high 16 bits of a classic event's identifier."},
	fRawTask:                     {"winlog.raw.task", Long, false, false, "The task's number."},
	fRecord:                      {"winlog.record", Flattened, false, false, "Members of the record that have no place of their own, as they came."},
	fRecordID:                    {"winlog.record_id", Keyword, false, false, "The record's number in its channel."},
	fRelatedActivityID:           {"winlog.related_activity_id", Keyword, false, false, "The activity that started this one."},
	fScheduledTaskName:           {"winlog.scheduled_task.name", Keyword, false, false, "The scheduled task."},
	fTask:                        {"winlog.task", Keyword, false, false, "The task's name (on the Security channel the audit subcategory), or its number."},
	fUserDomain:                  {"winlog.user.domain", Keyword, false, false, "The domain of the account that the event was logged under."},
	fUserIdentifier:              {"winlog.user.identifier", Keyword, false, false, "The SID of the account that the event was logged under."},
	fUserName:                    {"winlog.user.name", Keyword, false, false, "The account that the event was logged under."},
	fUserType:                    {"winlog.user.type", Keyword, false, false, "The kind of that account, as the shipper called it."},
	fVersion:                     {"winlog.version", Long, false, false, "The version of the event's definition."},
	fTags:                        {"tags", Keyword, true, true, "winevent_unnamed_params: the names of the parameters should be known but do not fit. winevent_invalid_utf8: text that was not UTF-8 was repaired. winevent_pipeline_error: the record is no readable Windows event. preserve_original_event: event.original holds it."},
}

// fieldByPath finds a field. It scans: it is for building tables, not for records.
func fieldByPath(path string) (fieldID, bool) {
	for i := range fields {
		if fields[i].Path == path {
			return fieldID(i), true
		}
	}
	return 0, false
}

// maxNesting is how deep a field may lie: winlog.process.thread.id has three objects around it.
const maxNesting = 3

// layout is how a field is written, computed once from the table.
type layout struct {
	// objects are the numbers of the objects around the field, outermost first.
	objects [maxNesting]uint8
	// opens holds what opens each of them: "name":{
	opens [maxNesting]string
	// key is "leaf":
	key   string
	depth int
}

var layouts = makeLayouts()

// common holds how many of the objects around two fields are the same; the
// place of no field is that before the first.
var common = func() (c [fieldCount + 1][fieldCount]uint8) {
	for a := range layouts {
		for b := range layouts {
			for c[a][b] < maxNesting && int(c[a][b]) < min(layouts[a].depth, layouts[b].depth) &&
				layouts[a].objects[c[a][b]] == layouts[b].objects[c[a][b]] {
				c[a][b]++
			}
		}
	}
	return c
}()

func makeLayouts() (all [fieldCount]layout) {
	numbers := map[string]uint8{}
	for id := range fields {
		path := strings.Split(fields[id].Path, ".")
		l := &all[id]
		l.depth = len(path) - 1
		l.key = `"` + path[l.depth] + `":`
		for d := range l.depth {
			object := strings.Join(path[:d+1], ".")
			if numbers[object] == 0 {
				numbers[object] = uint8(len(numbers) + 1)
			}
			l.objects[d] = numbers[object]
			l.opens[d] = `"` + path[d] + `":{`
		}
	}
	return all
}
