package dialect

import (
	"bytes"

	"winevent/enrich/event"
	"winevent/enrich/record"
)

// maxXMLDepth bounds how deeply elements may nest in an event.
const maxXMLDepth = 64

// xmlReader reads one event rendered as XML (the schema
// http://schemas.microsoft.com/win/2004/08/events/event).
type xmlReader struct {
	xmlScanner
	ev *event.Event
}

// readXML fills ev from the XML of one event.
func readXML(rec *record.Record, xml []byte, ev *event.Event) error {
	r := xmlReader{xmlScanner{rec: rec, b: xml}, ev}
	ev.XML = xml
	for {
		t, err := r.next()
		switch {
		case err != nil:
			return err
		case t.kind == xmlEnd:
			return ErrNotEvent
		case t.kind == xmlOpen && string(t.name) == "Event":
			if err := r.sections(); err != nil {
				return err
			}
			return r.onlyBlanks()
		case t.kind == xmlText && len(bytes.TrimSpace(bytes.TrimPrefix(t.text, []byte("\ufeff")))) == 0:
		default:
			return ErrNotEvent
		}
	}
}

// onlyBlanks makes sure that nothing follows the event: a second one on the
// same line must not get lost. Windows' own text may end with a zero byte.
func (r *xmlReader) onlyBlanks() error {
	for {
		t, err := r.next()
		switch {
		case err != nil:
			return err
		case t.kind == xmlEnd:
			return nil
		case t.kind != xmlText || len(bytes.Trim(t.text, " \t\r\n\x00")) > 0:
			return ErrXML
		}
	}
}

// readDataXML adds the parameters of an EventData or UserData element that stands alone.
func readDataXML(rec *record.Record, xml []byte, ev *event.Event) error {
	r := xmlReader{xmlScanner{rec: rec, b: xml}, ev}
	t, err := r.next()
	if err != nil || t.kind != xmlOpen {
		return ErrXML
	}
	return r.section(t)
}

// sections reads the children of Event until it closes.
func (r *xmlReader) sections() error {
	for {
		t, err := r.next()
		switch {
		case err != nil:
			return err
		case t.kind == xmlEnd:
			return ErrXML
		case t.kind == xmlClose:
			setDefaults(r.ev)
			return nil
		case t.kind == xmlOpen:
			if err := r.section(t); err != nil {
				return err
			}
		}
	}
}

// section reads one child of Event, whose opening tag is t.
func (r *xmlReader) section(t xmlToken) error {
	switch string(t.name) {
	case "System":
		return r.children(r.systemElement)
	case "EventData":
		if name := r.attr(t.attrs, "Name"); len(name) > 0 {
			if err := r.keep("EventData.Name", name); err != nil {
				return err
			}
		}
		return r.children(r.dataElement)
	case "UserData":
		return r.userData()
	case "RenderingInfo":
		return r.children(r.renderingElement)
	}
	// ProcessingErrorData, DebugData and what may come: kept as it is.
	if _, err := r.textUntilClose(); err != nil {
		return err
	}
	return r.keepRaw(t)
}

// keep notes a value that has no place in the event.
func (r *xmlReader) keep(name string, value []byte) error {
	own := append(r.rec.Scratch(len(name))[:0], name...)
	i, err := r.rec.PushText(own, value)
	if err == nil {
		r.ev.AddExtra(own, i)
	}
	return err
}

func (r *xmlReader) keepRaw(t xmlToken) error {
	i, err := r.rec.PushText(t.name, r.b[t.start:r.i])
	if err == nil {
		r.ev.AddExtra(t.name, i)
	}
	return err
}

// children hands each child element with its text to set, until the parent closes.
func (r *xmlReader) children(set func(t xmlToken, text []byte) error) error {
	for {
		t, err := r.next()
		if err != nil {
			return err
		}
		switch t.kind {
		case xmlEnd:
			return ErrXML
		case xmlClose:
			return nil
		case xmlEmpty:
			err = set(t, []byte{})
		case xmlOpen:
			var text []byte
			if text, err = r.textUntilClose(); err == nil {
				err = set(t, text)
			}
		}
		if err != nil {
			return err
		}
	}
}

// textUntilClose returns the text of the element that was just opened, with
// that of the elements in it, and consumes its closing tag.
func (r *xmlReader) textUntilClose() ([]byte, error) {
	text := []byte{}
	for inside := r.depth; ; {
		t, err := r.next()
		switch {
		case err != nil:
			return nil, err
		case t.kind == xmlEnd || r.depth-inside > maxXMLDepth:
			return nil, ErrXML
		case t.kind == xmlText:
			text = r.join(text, t.text)
		}
		if r.depth < inside {
			return text, nil
		}
	}
}

// join appends a piece of text; the usual case of one piece costs no copy.
// Pieces end at their own capacity, so appending never writes into the input.
func (r *xmlReader) join(text, piece []byte) []byte {
	if len(text) == 0 {
		return piece
	}
	return append(text, piece...)
}

func (r *xmlReader) systemElement(t xmlToken, text []byte) error {
	ev := r.ev
	switch string(t.name) {
	case "Provider":
		ev.Provider = notEmpty(r.attr(t.attrs, "Name"))
		ev.ProviderGUID = notEmpty(r.attr(t.attrs, "Guid"))
		if source := r.attr(t.attrs, "EventSourceName"); len(source) > 0 {
			return r.keep("EventSourceName", source)
		}
	case "EventID":
		setNumber(&ev.Qualifiers, r.attr(t.attrs, "Qualifiers"))
		return r.number(&ev.ID, t, text)
	case "Version":
		return r.number(&ev.Version, t, text)
	case "Level":
		return r.number(&ev.LevelNumber, t, text)
	case "Task":
		return r.number(&ev.TaskNumber, t, text)
	case "Opcode":
		return r.number(&ev.OpcodeNumber, t, text)
	case "Keywords":
		return r.number(&ev.Keywords, t, text)
	case "TimeCreated":
		var ok bool
		if ev.Created, ok = event.ParseTime(r.attr(t.attrs, "SystemTime")); !ok {
			return r.keepRaw(t)
		}
	case "EventRecordID":
		return r.number(&ev.RecordID, t, text)
	case "Correlation":
		ev.ActivityID = notEmpty(r.attr(t.attrs, "ActivityID"))
		ev.RelatedActivityID = notEmpty(r.attr(t.attrs, "RelatedActivityID"))
	case "Execution":
		return r.execution(t)
	case "Channel":
		ev.Channel = notEmpty(text)
	case "Computer":
		ev.Computer = notEmpty(text)
	case "Security":
		setUser(ev, r.attr(t.attrs, "UserID"))
	default:
		return r.keepRaw(t)
	}
	return nil
}

// number sets dst, and keeps an element whose text is no number.
func (r *xmlReader) number(dst *event.Number, t xmlToken, text []byte) error {
	if setNumber(dst, text) || len(text) == 0 {
		return nil
	}
	return r.keepRaw(t)
}

// execution reads the writer's process and thread; its rarer attributes
// (ProcessorID, SessionID, KernelTime …) are kept.
func (r *xmlReader) execution(t xmlToken) error {
	for attrs := t.attrs; ; {
		key, value, rest, ok := nextAttr(attrs)
		if !ok {
			return nil
		}
		switch string(key) {
		case "ProcessID":
			setNumber(&r.ev.ProcessID, value)
		case "ThreadID":
			setNumber(&r.ev.ThreadID, value)
		default:
			i, err := r.rec.PushText(key, r.resolve(value))
			if err != nil {
				return err
			}
			r.ev.AddExtra(key, i)
		}
		attrs = rest
	}
}

func (r *xmlReader) dataElement(t xmlToken, text []byte) error {
	switch string(t.name) {
	case "Binary":
		r.ev.Binary = notEmpty(text)
	case "Data":
		return r.param(r.attr(t.attrs, "Name"), text)
	default: // ComplexData
		name := r.attr(t.attrs, "Name")
		if name == nil {
			name = t.name
		}
		return r.param(name, text)
	}
	return nil
}

// param adds a parameter. The limit on the values of a record holds for XML too.
func (r *xmlReader) param(name, text []byte) error {
	if len(r.ev.Params) >= record.MaxNodes {
		return record.ErrTooMany
	}
	r.ev.AddText(name, text)
	return nil
}

// userData reads the elements below UserData: every one that holds no other is a parameter.
func (r *xmlReader) userData() error {
	outside := r.depth - 1
	var open xmlToken // the innermost element that was opened last
	text := []byte{}
	for {
		t, err := r.next()
		switch {
		case err != nil:
			return err
		case t.kind == xmlEnd || r.depth > maxXMLDepth:
			return ErrXML
		case t.kind == xmlText:
			text = r.join(text, t.text)
			continue
		case t.kind == xmlOpen:
			open = t
		case t.kind == xmlEmpty:
			err = r.param(t.name, []byte{})
			open = xmlToken{}
		case r.depth == outside:
			return nil
		case open.name != nil:
			err = r.param(open.name, text)
			open = xmlToken{}
		}
		if err != nil {
			return err
		}
		text = []byte{}
	}
}

// renderingElement reads what the forwarding computer made of the numbers.
func (r *xmlReader) renderingElement(t xmlToken, text []byte) error {
	ev := r.ev
	switch string(t.name) {
	case "Message":
		ev.Message = notEmpty(text)
	case "Level":
		ev.Level = notEmpty(text)
	case "Task":
		ev.Task = notEmpty(text)
	case "Opcode":
		ev.Opcode = notEmpty(text)
	case "Keywords":
		// The mask says the same; Keyword elements come joined in text.
	case "Channel", "Provider":
	default:
		return r.keepRaw(t)
	}
	return nil
}

func setNumber(dst *event.Number, text []byte) bool {
	v, ok := record.ParseUint(bytes.TrimSpace(text))
	if ok {
		*dst = event.Number{Value: v, Set: true}
	}
	return ok
}

func notEmpty(b []byte) []byte {
	if len(b) == 0 {
		return nil
	}
	return b
}
