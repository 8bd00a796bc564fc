package enrich

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"math/bits"
	"net/netip"
	"strconv"

	"winevent/enrich/catalog"
	"winevent/enrich/event"
	"winevent/enrich/record"
)

func trailingZeros(word uint64) int { return bits.TrailingZeros64(word) }

// Enrich finds what is known of the event and sets the document's fields.
func (d *Document) Enrich() {
	d.dataset = datasetOf(d.ev.Channel)
	d.identify()
	d.setEnvelope()
	if d.err != nil {
		d.setUnreadable()
		return
	}
	ev := &d.ev
	d.entry = d.enricher.entry(ev.Provider, ev.ID.Value)
	d.nameParams()
	d.decodeError()
	d.verdict = severityOf(d.entry, d.branch, levelOf(ev), ev.Audit())
	d.setEvent()
	d.setWindows()
	d.setUser()
	d.setValueTexts()
	if d.entry != nil {
		d.setKnown()
		d.setECS()
	}
	d.setRelated()
}

// setEnvelope sets what every document has, readable or not.
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
	s.plain(fDataStreamType, "logs")
	s.plain(fDataStreamNamespace, "default")
	s.plain(fDataStreamDataset, d.dataset.name)
	s.plain(fECSVersion, ECSVersion)
	s.plain(fEventDataset, d.dataset.name)
	s.plain(fEventModule, d.dataset.module)
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

// setEvent sets the fields that every Windows event has, by ECS.
func (d *Document) setEvent() {
	s, ev := &d.set, &d.ev
	if ev.Message != nil {
		s.text(fMessage, ev.Message)
	} else if d.entry != nil && d.entry.Message != "" {
		s.built(fMessage)
	}
	kind := "event"
	if lowest := d.enricher.options.AlertMinSeverity; lowest != catalog.NoSeverity && d.verdict.severity >= lowest {
		kind = "alert"
	}
	s.plain(fEventKind, kind)
	s.number(fEventCode, kindDigits, ev.ID.Value)
	s.text(fEventProvider, ev.Provider)
	s.number(fEventSeverity, kindNumber, d.verdict.severity.Score())
	s.plain(fSeverity, d.verdict.severity.String())
	s.built(fSeverityReason)
	s.plain(fDialect, ev.Dialect.String())
	if d.entry != nil {
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
	s.text(fHostName, ev.Computer)
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

// setWindows sets winlog.*.
func (d *Document) setWindows() {
	s, ev := &d.set, &d.ev
	s.plain(fAPI, "wineventlog")
	s.text(fChannel, ev.Channel)
	s.text(fComputerName, ev.Computer)
	s.text(fProviderName, ev.Provider)
	if ev.ProviderGUID != nil {
		s.built(fProviderGUID)
	}
	s.number(fWEventID, kindDigits, ev.ID.Value)
	s.nonzero(fRecordID, kindDigits, ev.RecordID)
	s.optional(fVersion, kindNumber, ev.Version)
	s.nonzero(fRawQualifiers, kindNumber, ev.Qualifiers)
	s.optional(fRawLevel, kindNumber, ev.LevelNumber)
	s.optional(fRawTask, kindNumber, ev.TaskNumber)
	s.optional(fRawOpcode, kindNumber, ev.OpcodeNumber)
	s.nonzero(fRawKeywords, kindHex, ev.Keywords)
	s.nonzero(fProcessPID, kindNumber, ev.ProcessID)
	s.nonzero(fProcessThreadID, kindNumber, ev.ThreadID)
	if ev.ActivityID != nil {
		s.built(fActivityID)
	}
	if ev.RelatedActivityID != nil {
		s.built(fRelatedActivityID)
	}
	d.setTask()
	if len(ev.KeywordTexts) > 0 || ev.Keywords.Value&(0xff<<48) != 0 {
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

// setKnown sets what the catalog says of the event.
func (d *Document) setKnown() {
	s, p := &d.set, d.entry
	s.json(fEventCategory, p.category)
	s.json(fEventType, p.eventType)
	s.json(fTitle, p.title)
	s.json(fSymbolicName, p.symbolicName)
	origin := "derived"
	if p.Published {
		origin = "published"
	}
	s.plain(fSymbolicNameOrigin, origin)
	s.json(fAuditCategory, p.auditCategory)
	s.json(fAuditSubcategory, p.auditSub)
	s.plain(fCatalogVersion, catalog.Version())
	d.setErrorCode()
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

func (d *Document) setErrorCode() {
	if !d.set.has(fErrorCode) {
		return
	}
	s := &d.set
	s.text(fWErrorCode, d.code.AppendText(d.rec.Scratch(16)[:0]))
	s.number(fWErrorHex, kindHex, uint64(d.code.Code))
	s.plain(fWErrorFacility, d.code.Kind.String())
	s.plain(fWErrorSymbol, d.code.Symbol)
	s.static(fWErrorMessage, kindStatic, d.code.Message)
	s.static(fErrorMessage, kindStatic, d.code.Message)
}

// decodeError finds the error code inside the event and the remediation for it.
func (d *Document) decodeError() {
	if d.entry == nil || d.entry.ErrorParameter == "" {
		return
	}
	p := d.param(d.entry.errorParameter)
	if p == nil {
		return
	}
	code, ok := errorCode(&p.Value)
	if !ok {
		return
	}
	d.code = catalog.DecodeError(code)
	d.set.text(fErrorCode, d.scratchText(&p.Value))
	for i := range d.entry.ByError {
		for _, c := range d.entry.ByError[i].Codes {
			if c == d.code.Win32 {
				d.branch = i
				return
			}
		}
	}
}

// errorCode reads a 32-bit code: decimal, negative decimal (an HRESULT as a
// signed number) or hexadecimal, alone or as the first word of a text.
func errorCode(n *record.Node) (uint32, bool) {
	v, ok := n.Uint64()
	if !ok && n.Kind == record.String {
		word, _, _ := bytes.Cut(bytes.TrimSpace(n.Text), []byte(" "))
		v, ok = record.ParseUint(bytes.TrimRight(word, ":,;."))
	}
	if !ok {
		return 0, false
	}
	if signed := int64(v); signed < 0 && signed >= -1<<31 {
		return uint32(v), true
	}
	return uint32(v), v <= 0xffff_ffff
}

// nameParams gives the parameters that came without names those of the catalog.
func (d *Document) nameParams() {
	ev := &d.ev
	unnamed := 0
	for i := range ev.Params {
		if ev.Params[i].Name == nil {
			unnamed++
		}
	}
	if unnamed == 0 {
		return
	}
	if d.entry != nil && unnamed == len(ev.Params) {
		d.list = d.entry.list(ev.Version.Value, ev.Version.Set, unnamed)
	}
	if d.list == nil {
		d.anonymous = unnamed
		d.unnamed = d.entry != nil || ev.ProviderGUID != nil && ev.Keywords.Value&keywordClassic == 0
		return
	}
	for i := range ev.Params {
		ev.Params[i].Name = d.list.names[i]
	}
}

// param returns the parameter of that name, or nil. Names are compared without blanks.
func (d *Document) param(name []byte) *event.Param {
	for i := range d.ev.Params {
		if p := &d.ev.Params[i]; bytes.Equal(p.Name, name) || equalWithoutBlanks(p.Name, name) {
			return p
		}
	}
	return nil
}

func equalWithoutBlanks(spaced, name []byte) bool {
	if len(spaced) <= len(name) {
		return false
	}
	i := 0
	for _, c := range spaced {
		if c == ' ' {
			continue
		}
		if i == len(name) || name[i] != c {
			return false
		}
		i++
	}
	return i == len(name)
}

// setECS sets the ECS fields that take their value from a parameter.
func (d *Document) setECS() {
	for _, f := range d.entry.ecs {
		p := d.param(f.parameter)
		if p == nil || p.Index >= 0 {
			continue
		}
		text := d.scratchText(&p.Value)
		if len(text) == 0 || string(text) == "-" {
			continue
		}
		if fields[f.field].Type == IP {
			text = d.address(text)
		}
		d.set.text(f.field, text)
	}
	if d.set.has(fProcessExecutable) {
		path := d.set.values[fProcessExecutable].text
		if name := path[bytes.LastIndexByte(path, '\\')+1:]; len(name) > 0 {
			d.set.text(fProcessName, name)
		}
	}
}

// address returns the text of an IP address as ECS wants it, or nil when it is none.
func (d *Document) address(text []byte) []byte {
	a, err := netip.ParseAddr(string(text))
	if err != nil {
		return nil
	}
	return a.Unmap().WithZone("").AppendTo(d.rec.Scratch(48)[:0])
}

// setRelated lists the hosts and addresses that other fields name.
func (d *Document) setRelated() {
	d.set.texts(fRelatedHosts, d.ev.Computer)
	if d.set.has(fSourceIP) {
		d.set.texts(fRelatedIP, d.set.values[fSourceIP].text)
	}
}

// scratchText returns a leaf's text, which lives as long as the record does.
func (d *Document) scratchText(n *record.Node) []byte {
	if n.Kind == record.String {
		return n.Text
	}
	return n.AppendText(d.rec.Scratch(max(32, 2*len(n.Text)))[:0])
}

// identify makes event.id. A Windows record is identified by where and when it
// was written and its number there; names are compared without regard to case,
// and times by the second, because not every shipper sends more.
func (d *Document) identify() {
	ev := &d.ev
	b := d.idBuf[:0]
	if d.err == nil && ev.RecordID.Set && ev.RecordID.Value != 0 && ev.Created.Set {
		b = appendLower(append(b, 'r', 0), ev.Computer)
		b = appendLower(append(b, 0), ev.Channel)
		b = appendLower(append(b, 0), ev.Provider)
		b = strconv.AppendUint(append(b, 0), ev.RecordID.Value, 10)
		b = strconv.AppendInt(append(b, 0), ev.Created.Sec, 10)
	} else {
		b = d.appendContent(append(b, 'c', 0))
	}
	d.idBuf = b
	sum := sha256.Sum256(b)
	hex.Encode(d.id[:], sum[:16])
}

// appendContent appends what tells a record without a number apart: its bytes,
// when it was read, and how many equal ones came before it in the batch.
func (d *Document) appendContent(b []byte) []byte {
	start := len(b)
	switch {
	case d.line != nil:
		b = append(b, d.line...)
	case d.raw != nil:
		b = append(b, d.raw...)
	default:
		d.names.Reset()
		b, _ = d.rec.AppendJSON(b, d.root, &d.names)
	}
	b = strconv.AppendInt(append(b, 0), d.read.Sec, 10)
	b = strconv.AppendInt(append(b, 0), int64(d.read.Nsec), 10)
	if d.same == nil {
		d.same = map[[32]byte]uint32{}
	}
	sum := sha256.Sum256(b[start:])
	b = strconv.AppendUint(append(b, 0), uint64(d.same[sum]), 10)
	d.same[sum]++
	return b
}

func appendLower(dst, b []byte) []byte {
	for _, c := range b {
		if c-'A' <= 'Z'-'A' {
			c += 'a' - 'A'
		}
		dst = append(dst, c)
	}
	return dst
}
