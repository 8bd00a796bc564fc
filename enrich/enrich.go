package enrich

import (
	"bytes"

	"winevent/enrich/catalog"
	"winevent/enrich/event"
)

// Enrich finds what is known of the event and sets the document's fields.
func (d *Document) Enrich() {
	if d.err != nil {
		d.identify()
		d.setSource()
		d.setEnvelope()
		d.setUnreadable()
		return
	}
	d.entry = d.enricher.entry(d.ev.Provider, d.ev.ID.Value)
	d.nameParams()
	d.decodeError()
	d.setSteady(d.findCase())
	d.identify()
	d.setEnvelope()
	d.setSystem()
	d.setUser()
	d.setValueTexts()
	if d.entry != nil {
		d.setErrorCode()
		d.setECS()
		d.set.json(fEventCategory, d.entry.category)
	}
	d.setRelated()
}

// setSteady sets the steady fields: those whose values follow from the event
// descriptor and from what the event's content decided, fits and d.branch. A
// variant has them ready.
func (d *Document) setSteady(fits int) {
	k := d.descriptor(fits)
	v := d.findVariant(&k)
	if v == nil {
		d.verdict = severityOf(d.entry, fits, d.branch, levelOf(&d.ev), d.ev.Audit())
		d.setSource()
		d.setEvent()
		d.setDescriptor()
		if d.entry != nil {
			d.setKnown()
		}
		v = d.keepVariant(&k)
	}
	if v != nil {
		d.verdict = v.verdict
		d.set.use(v)
	}
}

// DefaultTimestamp sets @timestamp where neither the record nor its shipper
// gave a time: data streams take no document without one. Call it after Enrich;
// event.id does not depend on it.
func (d *Document) DefaultTimestamp(t event.Time) {
	if !d.set.has(fTimestamp) {
		d.set.created = t
		d.set.number(fTimestamp, kindTime, 0)
	}
}

// setSource sets, of what every document has, readable or not, the steady fields.
func (d *Document) setSource() {
	s, from := &d.set, d.enricher.dataset
	if from.name == "" {
		from = datasetOf(d.ev.Channel)
	}
	s.plain(fDataStreamType, "logs")
	s.plain(fDataStreamNamespace, d.enricher.options.Namespace)
	s.plain(fDataStreamDataset, from.name)
	s.plain(fECSVersion, ECSVersion)
	s.plain(fEventDataset, from.name)
	s.plain(fEventModule, from.module)
}

// setEnvelope sets the others.
func (d *Document) setEnvelope() {
	s := &d.set
	s.created, s.read = d.ev.Created, d.ev.Read
	if !s.read.Set {
		s.read = d.read
	}
	if !s.created.Set {
		s.created = s.read
	}
	if s.created.Set {
		s.number(fTimestamp, kindTime, 0)
	}
	if s.read.Set {
		s.number(fEventCreated, kindTime, 0)
	}
	s.text(fEventID, d.id[:])
	if d.enricher.options.PreserveOriginal || d.err != nil {
		s.built(fEventOriginal)
	}
}

// setUnreadable marks the document of a record that is no readable event.
func (d *Document) setUnreadable() {
	d.set.plain(fEventKind, "pipeline_error")
	d.set.built(fErrorMessage)
	d.setMetadata()
}

// setEvent sets the steady fields that every Windows event has, by ECS.
func (d *Document) setEvent() {
	s, ev := &d.set, &d.ev
	kind := "event"
	if lowest := d.enricher.options.AlertMinSeverity; lowest != catalog.NoSeverity && d.verdict.severity >= lowest {
		kind = "alert"
	}
	s.plain(fEventKind, kind)
	s.number(fEventCode, kindDigits, ev.ID.Value)
	s.text(fEventProvider, ev.Provider)
	s.number(fEventSeverity, kindNumber, d.verdict.severity.Score())
	s.plain(fSeverity, d.verdict.severity.String())
	s.plain(fDialect, ev.Dialect.String())
	if d.entry != nil && d.entry.described {
		s.plain(fEventAction, d.entry.ECS.Action)
		s.plain(fEventOutcome, d.entry.ECS.Outcome)
	}
	switch ev.Audit() {
	case event.AuditSuccess:
		s.plain(fEventOutcome, "success")
	case event.AuditFailure:
		s.plain(fEventOutcome, "failure")
	}
	switch string(ev.Outcome) {
	case "success", "failure", "unknown":
		s.text(fEventOutcome, ev.Outcome)
	}
	s.plain(fHostOSType, "windows")
	d.setLevel()
}

func (d *Document) setLevel() {
	s, ev := &d.set, &d.ev
	if ev.LevelNumber.Set {
		if name := levelName(ev.LevelNumber.Value); name != "" {
			s.plain(fLogLevel, name)
		}
	}
	s.plain(fLogLevel, levelWord(ev.Level))
	s.text(fLogLevel, ev.Level)
	s.optional(fLogLevel, kindDigits, ev.LevelNumber)
}

// setDescriptor sets the steady fields of winlog.*.
func (d *Document) setDescriptor() {
	s, ev := &d.set, &d.ev
	s.plain(fAPI, "wineventlog")
	d.setChannel()
	s.same(fProviderName, fEventProvider, kindSame)
	s.guid(fProviderGUID, ev.ProviderGUID)
	s.number(fWEventID, kindDigits, ev.ID.Value)
	s.optional(fVersion, kindNumber, ev.Version)
	s.nonzero(fRawQualifiers, kindNumber, ev.Qualifiers)
	s.optional(fRawLevel, kindNumber, ev.LevelNumber)
	s.optional(fRawTask, kindNumber, ev.TaskNumber)
	s.optional(fRawOpcode, kindNumber, ev.OpcodeNumber)
	s.nonzero(fRawKeywords, kindHex, ev.Keywords)
	d.setTask()
	if ev.Keywords.Value&(0xff<<48) != 0 {
		s.number(fKeywords, kindKeywords, ev.Keywords.Value)
	}
}

// setSystem sets the fields of the record's own system values.
func (d *Document) setSystem() {
	s, ev := &d.set, &d.ev
	if ev.Message != nil {
		s.text(fMessage, ev.Message)
	} else if d.entry != nil && d.entry.Message != "" {
		s.built(fMessage)
	}
	if d.codeText != nil {
		s.built(fSeverityReason)
	} else {
		s.json(fSeverityReason, d.verdict.reason)
	}
	s.text(fHostName, ev.Computer)
	s.same(fComputerName, fHostName, kindSame)
	s.nonzero(fRecordID, kindDigits, ev.RecordID)
	s.nonzero(fProcessPID, kindNumber, ev.ProcessID)
	s.nonzero(fProcessThreadID, kindNumber, ev.ThreadID)
	s.guid(fActivityID, ev.ActivityID)
	s.guid(fRelatedActivityID, ev.RelatedActivityID)
	if len(ev.KeywordTexts) > 0 {
		s.built(fKeywords)
	}
	if len(ev.Params) > 0 || ev.Binary != nil {
		s.built(fEventData)
	}
	if len(ev.Extras) > 0 {
		s.built(fRecord)
	}
	d.setMetadata()
}

// setChannel sets the channel, in Windows' spelling where a subscription or a
// shipper has another case: rules and dashboards compare it letter for letter.
func (d *Document) setChannel() {
	channel := d.ev.Channel
	if d.entry != nil && len(channel) == len(d.entry.Channel) && string(channel) != d.entry.Channel && bytes.EqualFold(channel, []byte(d.entry.Channel)) {
		d.set.static(fChannel, kindStatic, d.entry.Channel)
		return
	}
	d.set.text(fChannel, channel)
}

func (d *Document) setMetadata() {
	if d.metadata >= 0 {
		d.set.built(fMetadata)
	}
}

// setTask sets the texts of task and opcode: the shipper's, else Windows' own, else the number.
func (d *Document) setTask() {
	s, ev := &d.set, &d.ev
	s.text(fTask, ev.Task)
	if ev.TaskNumber.Set && string(ev.Provider) == securityProvider {
		s.plain(fTask, catalog.Value(catalog.TaskMap, ev.TaskNumber.Value))
	}
	if s.has(fTask) {
		task := &s.values[fTask]
		if v := s.slot(fEventAction); v != nil {
			*v = *task
		}
	}
	s.optional(fTask, kindDigits, ev.TaskNumber)
	s.text(fOpcode, ev.Opcode)
	if ev.OpcodeNumber.Set {
		s.plain(fOpcode, opcodeName(ev.OpcodeNumber.Value))
	}
	s.optional(fOpcode, kindDigits, ev.OpcodeNumber)
}

// setUser sets the account that the event was logged under. Of Windows' own
// accounts, whose SIDs are the same everywhere, name and SID complete each other.
func (d *Document) setUser() {
	s, ev := &d.set, &d.ev
	if a := wellKnown(ev); a != nil {
		s.plain(fUserIdentifier, a.sid)
		s.plain(fUserName, a.name)
		s.plain(fUserDomain, a.domain)
	}
	s.text(fUserIdentifier, ev.UserSID)
	s.text(fUserName, ev.UserName)
	s.text(fUserDomain, ev.UserDomain)
	s.text(fUserType, ev.UserType)
}

// setKnown sets what the catalog says of the event, but for event.category,
// which a parameter may decide.
func (d *Document) setKnown() {
	s, p := &d.set, d.entry
	d.setAudit()
	s.plain(fCatalogVersion, p.version)
	if !p.described {
		return
	}
	s.json(fEventType, p.eventType)
	if p.attack != "" {
		s.plain(fThreatFramework, "MITRE ATT&CK")
		s.json(fThreatTechniqueID, p.attack)
	}
	s.json(fTitle, p.title)
	s.json(fSymbolicName, p.symbolicName)
	origin := "derived"
	if p.Published {
		origin = "published"
	}
	s.plain(fSymbolicNameOrigin, origin)
	r := &p.remediation
	if d.branch >= 0 {
		r = &p.branches[d.branch]
	}
	s.json(fEventReference, r.reference)
	switch d.enricher.options.Remediation {
	case Full:
		s.json(fRemediationCause, r.cause)
		s.json(fRemediationSteps, r.steps)
		s.json(fRemediationVerify, r.verify)
		s.json(fRemediationVerifyEventCodes, r.codes)
		fallthrough
	case Summary:
		s.json(fRemediationSummary, r.summary)
		s.json(fRemediationReference, r.reference)
	}
}

// setAudit sets the audit subcategory. Of several that write the event, the
// record's task is the one that did.
func (d *Document) setAudit() {
	if len(d.entry.audit) == 0 {
		return
	}
	a := &d.entry.audit[0]
	if len(d.entry.audit) > 1 && d.ev.TaskNumber.Set {
		task := catalog.Value(catalog.TaskMap, d.ev.TaskNumber.Value)
		for i := range d.entry.audit {
			if d.entry.audit[i].name == task {
				a = &d.entry.audit[i]
			}
		}
	}
	d.set.json(fAuditCategory, a.category)
	d.set.json(fAuditSubcategory, a.subcategory)
}

func (d *Document) setErrorCode() {
	if d.codeText == nil {
		return
	}
	s := &d.set
	s.text(fErrorCode, d.codeText)
	s.text(fWErrorCode, d.code.AppendText(d.rec.Scratch(16)[:0]))
	s.number(fWErrorHex, kindHex, uint64(d.code.Code))
	s.plain(fWErrorFacility, d.code.Kind.String())
	s.plain(fWErrorSymbol, d.code.Symbol)
	s.static(fWErrorMessage, kindStatic, d.code.Message)
	s.static(fErrorMessage, kindStatic, d.code.Message)
}
