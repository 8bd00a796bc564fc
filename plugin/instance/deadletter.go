package instance

import (
	"encoding/base64"
	"time"

	"winevent/enrich/jsontext"
	"winevent/outputs/file"
	"winevent/plugin/metrics"
)

// letters are the parts of a chunk that cannot be delivered.
type letters struct {
	list []letter
}

type letter struct {
	// record is the record's place in the chunk; for the corrupt rest, the
	// place of the first record that could not be read.
	record int
	// where its bytes stand in the chunk.
	where entry
	// kind is the reason as one of few, reason what a person reads.
	kind    metrics.Reason
	reason  string
	written bool
}

func (l *letters) reset() { l.list = l.list[:0] }

func (l *letters) add(record int, where entry, kind metrics.Reason, reason string) {
	l.list = append(l.list, letter{record: record, where: where, kind: kind, reason: reason})
}

// deadLetter is the file that takes letters, one JSON object a line:
//
//	{"@timestamp": when it was written, "tag": …, "reason": …, "original": base64 of the bytes in the chunk}
type deadLetter struct {
	file *file.Output
	now  func() time.Time
}

// write appends the letters of a chunk and syncs them, all or none.
func (d *deadLetter) write(l *letters, data []byte, tag string) error {
	if len(l.list) == 0 {
		return nil
	}
	var lines []byte
	now := d.now().UTC()
	for _, letter := range l.list {
		lines = appendLetter(lines, now, tag, letter.reason, data[letter.where.start:letter.where.end])
	}
	if err := d.file.Append(lines); err != nil {
		return err
	}
	for i := range l.list {
		l.list[i].written = true
	}
	return nil
}

func appendLetter(dst []byte, now time.Time, tag, reason string, original []byte) []byte {
	dst = now.AppendFormat(append(dst, `{"@timestamp":"`...), "2006-01-02T15:04:05.000000Z")
	dst, _ = jsontext.AppendString(append(dst, `","tag":`...), []byte(tag))
	dst, _ = jsontext.AppendString(append(dst, `,"reason":`...), []byte(reason))
	dst = base64.StdEncoding.AppendEncode(append(dst, `,"original":"`...), original)
	return append(dst, "\"}\n"...)
}
