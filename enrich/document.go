package enrich

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"

	"winevent/enrich/catalog"
	"winevent/enrich/dialect"
	"winevent/enrich/event"
	"winevent/enrich/jsontext"
	"winevent/enrich/record"
)

// Document makes the document of one record after the other. It keeps its
// memory between records, so the usual record costs no allocation. It is not
// safe for concurrent use: take one for each goroutine.
//
// The bytes given to ReadMsgpack and ReadLine must stay unchanged until
// AppendJSON has returned: everything between is a view into them.
type Document struct {
	enricher *Enricher
	rec      record.Record
	names    record.Names
	ev       event.Event
	set      fieldSet

	// What the record is: exactly one of line, raw or body holds the original.
	line     []byte // a line of text
	raw      []byte // msgpack outside the limits
	body     []byte // msgpack
	usual    bool   // body was read without a tree
	root     int    // the tree of body in rec, or -1
	metadata int    // the tree of Fluent Bit's metadata, or -1
	read     event.Time
	err      error // why the record is no readable event

	// What Enrich found.
	entry      *prepared
	branch     int           // in entry.ByError, or -1
	list       *preparedList // the names, where they come from the catalog
	layout     *preparedList // the names that a record of this version and count has, or nil
	code       catalog.ErrorCode
	codeText   []byte // code as it came, or nil
	verdict    verdict
	id         [32]byte
	unnamed    bool // names of parameters should be known but do not fit
	anonymous  int  // how many parameters have no name
	invalid    bool // text was repaired while writing
	same       map[[32]byte]uint32
	created    event.Calendar // of @timestamp
	readOn     event.Calendar // of event.created
	idHash     idHash
	idBuf, buf []byte
	lowered    int  // the parameter that findCase has in buf, or -1
	long       bool // buf is a long text: grams has it
	grams      grams
	spans      []span
	texts      []byte // of the parameters in textsOf
	textsOf    []textOf
	draft      skeleton // made by makeSkeleton
}

// NewDocument returns a Document that takes the Enricher's options.
func (e *Enricher) NewDocument() *Document {
	return &Document{enricher: e, idHash: idHash{sha256.New()}}
}

// StartBatch begins a batch of records. Within one, records without a record
// id and with equal content get different ids; the same batch always gets the same ids.
func (d *Document) StartBatch() { clear(d.same) }

// reset forgets the last record.
func (d *Document) reset() {
	d.rec.Reset()
	d.ev.Reset()
	d.set.reset()
	d.root, d.metadata, d.line, d.raw, d.body = -1, -1, nil, nil, nil
	d.err = nil
	d.entry, d.branch, d.list, d.layout = nil, -1, nil, nil
	d.code, d.codeText, d.verdict = catalog.ErrorCode{}, nil, verdict{}
	d.unnamed, d.anonymous, d.invalid = false, 0, false
}

// ReadMsgpack reads a record and its metadata (nil for none) as msgpack; read
// is when the shipper read it. A record that is no readable event is noted and
// will be marked: the method cannot fail.
func (d *Document) ReadMsgpack(body, metadata []byte, read event.Time) {
	_, err := d.ReadBody(body)
	d.EndRecord(body, err, metadata, read)
}

// ReadBody forgets the last record and reads the body of the next one, with
// which b begins. It returns what follows it: who looks for the end of a record
// finds it so, and no byte is looked at twice. An error says that the body is
// outside the limits of a tree, or no msgpack. EndRecord must follow.
func (d *Document) ReadBody(b []byte) (rest []byte, err error) {
	d.reset()
	if rest, d.usual = dialect.ReadUsual(&d.rec, b, &d.ev); d.usual {
		return rest, nil
	}
	d.rec.Reset()
	d.ev.Reset()
	d.root, rest, err = d.rec.ReadMsgpack(b)
	return rest, err
}

// EndRecord ends the reading of a record: body is what ReadBody read, or what
// stands in its place when that failed with err.
func (d *Document) EndRecord(body []byte, err error, metadata []byte, read event.Time) {
	d.read = read
	if err != nil {
		if body == nil {
			body = []byte{}
		}
		d.raw, d.err = body, err
		return
	}
	d.body = body
	if len(metadata) > 0 {
		if m, _, err := d.rec.ReadMsgpack(metadata); err == nil && d.rec.At(m).Len > 0 {
			d.metadata = m
		}
	}
	if !d.usual {
		err = dialect.Read(&d.rec, d.root, &d.ev)
	}
	d.setError(err)
}

// ReadLine reads a record as one line of text: a JSON object, or an event as
// XML. Like ReadMsgpack it cannot fail.
func (d *Document) ReadLine(line []byte, read event.Time) {
	d.reset()
	d.read = read
	if line == nil {
		line = []byte{}
	}
	d.line = line
	if bytes.HasPrefix(bytes.TrimLeft(line, " \t\ufeff"), []byte("<")) {
		d.setError(dialect.ReadXML(&d.rec, line, &d.ev))
		return
	}
	root, err := d.rec.ReadJSON(line)
	if err == nil {
		err = dialect.Read(&d.rec, root, &d.ev)
	}
	d.setError(err)
}

// tree returns the index of the body's tree in rec. A usual record gets one only
// when it is asked for.
func (d *Document) tree() int {
	if d.root < 0 {
		d.root, _, _ = d.rec.ReadMsgpack(d.body) // a usual body is within the limits
	}
	return d.root
}

// Require refuses the record when check, which is given the form it came in,
// returns an error: the record is then marked like one that is no event. Call
// it between reading and Enrich.
func (d *Document) Require(check func(event.Dialect) error) {
	if d.err == nil {
		d.err = check(d.ev.Dialect)
	}
}

// setError notes why the record cannot be taken for an event. Without an event
// id it cannot either: every event has one.
func (d *Document) setError(err error) {
	if err == nil && !d.ev.ID.Set {
		err = dialect.ErrNotEvent
	}
	d.err = err
}

// Err says why the record is no readable event; nil when it is one.
func (d *Document) Err() error { return d.err }

// Dialect is the form in which the record came.
func (d *Document) Dialect() event.Dialect { return d.ev.Dialect }

// Code is the Windows event id; false for a record that is no event.
func (d *Document) Code() (uint64, bool) { return d.ev.ID.Value, d.err == nil }

// Severity is the event's severity. Call Enrich before. A record that is no
// event has NoSeverity.
func (d *Document) Severity() catalog.Severity { return d.verdict.severity }

// Known tells whether the catalog describes the event. Call Enrich before.
func (d *Document) Known() bool { return d.entry != nil && d.entry.described }

// Named tells whether the catalog knows the event at all, if only the names of
// its parameters. Call Enrich before.
func (d *Document) Named() bool { return d.entry != nil }

// Logged is when Windows logged the event; not set where the record does not say it.
func (d *Document) Logged() event.Time { return d.ev.Created }

// ID is event.id. Call Enrich before. It is overwritten by the next record.
func (d *Document) ID() []byte { return d.id[:] }

// AppendJSON appends the document. Call Enrich before.
func (d *Document) AppendJSON(dst []byte) []byte {
	d.names.Reset()
	dst = d.skeleton().append(dst, d)
	if d.invalid || d.unnamed || d.err != nil || d.set.has(fEventOriginal) {
		dst = d.appendTags(dst)
	}
	return append(dst, '}')
}

// appendTags comes last, because some tags are only known when all else is written.
func (d *Document) appendTags(dst []byte) []byte {
	dst = append(dst, `,"tags":[`...)
	for _, t := range [...]struct {
		set bool
		tag string
	}{
		{d.err != nil, `"winevent_pipeline_error",`},
		{d.set.has(fEventOriginal), `"preserve_original_event",`},
		{d.unnamed, `"winevent_unnamed_params",`},
		{d.invalid, `"winevent_invalid_utf8",`},
	} {
		if t.set {
			dst = append(dst, t.tag...)
		}
	}
	return closeList(dst)
}

// appendOriginal appends the record as it came, as a JSON string.
func (d *Document) appendOriginal(dst []byte) []byte {
	switch {
	case d.line != nil:
		return d.appendString(dst, d.line)
	case d.raw == nil:
		// The names of the record are apart from those of the document.
		d.buf = d.appendTree(d.buf[:0], d.tree())
		return d.appendString(dst, d.buf)
	}
	dst = append(dst, `"msgpack:`...)
	dst = base64.StdEncoding.AppendEncode(dst, d.raw)
	return append(dst, '"')
}

// appendError appends the reason why the record is no readable event.
func (d *Document) appendError(dst []byte) []byte {
	dst, _ = jsontext.AppendString(dst, []byte(d.err.Error()))
	return dst
}
