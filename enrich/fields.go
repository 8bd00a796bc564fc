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
	fHostName
	fHostOSType
	fLogLevel
	fProcessExecutable
	fProcessName
	fRelatedHosts
	fRelatedIP
	fRuleID
	fRuleName
	fSourceIP
	fUserID
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
	fComputerName
	fEventData
	fWEventID
	fKeywords
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
	fECSVersion:                  {"ecs.version", Keyword, false, true, "The ECS version that the document follows."},
	fErrorCode:                   {"error.code", Keyword, false, true, "The error code inside the event, as the event spells it."},
	fErrorMessage:                {"error.message", Text, false, true, "What the error code means, as `net helpmsg` would say; or, with event.kind pipeline_error, why the record could not be understood."},
	fEventAction:                 {"event.action", Keyword, false, true, "What happened, from the catalog; else the event's task."},
	fEventCategory:               {"event.category", Keyword, true, true, "The ECS category, from the catalog."},
	fEventCode:                   {"event.code", Keyword, false, true, "The Windows event id."},
	fEventCreated:                {"event.created", Date, false, true, "When the shipper read the event."},
	fEventDataset:                {"event.dataset", Keyword, false, true, "The dataset that the channel belongs to, as Elastic's Windows packages name it (system.security, windows.sysmon_operational …); winlog.winlog for a channel without one. The option dataset sets another for all."},
	fEventID:                     {"event.id", Keyword, false, true, "Always the same for the same Windows record: a SHA-256 over computer, channel, provider, record id and second, cut to 128 bits. For a record without a record id: over its content."},
	fEventKind:                   {"event.kind", Keyword, false, true, "event; alert from alert_min_severity on; pipeline_error for a record that is no readable Windows event."},
	fEventModule:                 {"event.module", Keyword, false, true, "The first part of event.dataset."},
	fEventOriginal:               {"event.original", Keyword, false, true, "The record as it came, as JSON or XML text: with preserve_original, and for every record that could not be understood."},
	fEventOutcome:                {"event.outcome", Keyword, false, true, "success, failure or unknown: from the catalog, else from the Audit Success or Audit Failure keyword."},
	fEventProvider:               {"event.provider", Keyword, false, true, "The Windows provider."},
	fEventReference:              {"event.reference", Keyword, false, true, "The vendor's page about the event."},
	fEventSeverity:               {"event.severity", Long, false, true, "The severity on Elastic Security's scale: informational 10, low 21, medium 47, high 73, critical 99."},
	fEventType:                   {"event.type", Keyword, true, true, "The ECS type, from the catalog."},
	fHostName:                    {"host.name", Keyword, false, true, "The computer that logged the event."},
	fHostOSType:                  {"host.os.type", Keyword, false, true, "windows."},
	fLogLevel:                    {"log.level", Keyword, false, true, "Windows' level: critical, error, warning, information (also for level 0, LogAlways) or verbose."},
	fProcessExecutable:           {"process.executable", Keyword, false, true, "The program that acted, where the event names it."},
	fProcessName:                 {"process.name", Keyword, false, true, "The file name in process.executable."},
	fRelatedHosts:                {"related.hosts", Keyword, true, true, "All hosts that the event names."},
	fRelatedIP:                   {"related.ip", IP, true, true, "All addresses that the event names."},
	fRuleID:                      {"rule.id", Keyword, false, true, "The Windows Firewall rule."},
	fRuleName:                    {"rule.name", Keyword, false, true, "The Windows Firewall rule's name."},
	fSourceIP:                    {"source.ip", IP, false, true, "The remote address."},
	fUserID:                      {"user.id", Keyword, false, true, "The SID of the user who acted, where the event names one."},
	fAuditCategory:               {"winevent.audit.category", Keyword, false, false, "The audit policy category that writes the event."},
	fAuditSubcategory:            {"winevent.audit.subcategory", Keyword, false, false, "The audit policy subcategory that writes the event."},
	fCatalogVersion:              {"winevent.catalog_version", Keyword, false, false, "The catalog that knew the event."},
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
	fChannel:                     {"winlog.channel", Keyword, false, false, "The log that the event was written to."},
	fComputerName:                {"winlog.computer_name", Keyword, false, false, "The computer that logged the event."},
	fEventData:                   {"winlog.event_data", Object, false, false, "The event's parameters by name, as text. Without known names: param1 … param99, and all values in order in Data. Classic events' binary data is Binary, in hexadecimal."},
	fWEventID:                    {"winlog.event_id", Keyword, false, false, "The Windows event id."},
	fKeywords:                    {"winlog.keywords", Keyword, true, false, "The names of the keywords that Windows reserves, or the texts that the shipper sent."},
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
