package main

import (
	"bufio"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"winevent/enrich"
	"winevent/enrich/event"
)

type enrichOptions struct {
	from, config, catalogFile string
	json                      bool
}

func newEnrich(s streams) *cobra.Command {
	var o enrichOptions
	c := &cobra.Command{
		Use:   "enrich [FILE…]",
		Short: "Turn records of Windows events into enriched documents, line by line",
		Long: `Turn records of Windows events into enriched documents: a JSON object, or an
event as XML, on each line of the files (.gz too) or of the standard input (-).

Each line comes out as one line of JSON, in order. A line that is no event comes
out too, marked with event.kind pipeline_error and with the line in event.original.
On a terminal the documents are laid out for reading; --json prints JSON there too.

Of --config the options catalog_file, remediation, preserve_original and
alert_min_severity apply; --catalog-file wins over catalog_file. min_severity, include_codes and exclude_codes drop nothing here.

` + exitHelp,
		Example: `  winevent enrich events.jsonl > documents.jsonl
  fluent-bit … -o stdout -p format=json_lines | winevent enrich --from winevtlog`,
	}
	c.Flags().StringVar(&o.from, "from", fromAuto, "the form that lines must have: "+strings.Join(fromNames(), ", "))
	c.Flags().StringVar(&o.config, "config", "", "a Fluent Bit configuration (classic or YAML); its first output winevent gives the options")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON lines on a terminal too")
	catalogFlag(c, &o.catalogFile)
	return runs(c, func(args []string) error { return o.run(s, args) })
}

func (o *enrichOptions) run(s streams, files []string) error {
	accepts, err := dialectsOf(o.from)
	if err != nil {
		return err
	}
	var options enrich.Options
	if o.config != "" {
		if options, err = readOptions(o.config); err != nil {
			return err
		}
	}
	if o.catalogFile != "" {
		if options.Catalog, err = openCatalog(o.catalogFile); err != nil {
			return err
		}
	}
	inputs, err := openInputs(files, s.in)
	if err != nil {
		return err
	}
	defer inputs.close()

	to := screenOf(s.out)
	j := &job{doc: enrich.New(options).NewDocument(), accepts: accepts, from: o.from, out: bufio.NewWriterSize(s.out, ioBuffer)}
	if to.terminal && !o.json {
		j.out.Reset(colourable(s.out))
		j.cards = &sheet{screen: to, indent: cardIndent}
	}
	var bar *progress
	if screenOf(s.err).terminal && !to.terminal {
		bar = newProgress(s.err, inputs.size())
	}
	err = j.run(inputs, bar)
	bar.end()
	return err
}

// ioBuffer is the size of the buffers for reading and writing.
const ioBuffer = 256 << 10

// job enriches the lines of one command.
type job struct {
	doc     *enrich.Document
	accepts dialects
	from    string
	out     *bufio.Writer
	cards   *sheet // nil: JSON lines are written
	buf     []byte

	lines, notEnriched int
}

// run enriches all inputs. The error says too when lines were no events.
func (j *job) run(inputs inputs, bar *progress) error {
	j.doc.StartBatch()
	for i := range inputs {
		if err := inputs[i].each(bar, j.out, j.line); err != nil {
			if flushErr := j.out.Flush(); flushErr != nil {
				return flushErr // a failed write too: Flush repeats it
			}
			return err
		}
	}
	if err := j.out.Flush(); err != nil {
		return err
	}
	if j.notEnriched > 0 {
		return &exitError{exitNotEvent, fmt.Errorf("%d of %d lines could not be enriched; they came out with event.kind pipeline_error", j.notEnriched, j.lines)}
	}
	return nil
}

// line writes the document of one line.
func (j *job) line(line []byte) error {
	var enriched bool
	j.buf, enriched = j.document(j.buf[:0], line)
	j.lines++
	if !enriched {
		j.notEnriched++
	}
	if j.cards != nil {
		j.cards.Reset()
		j.cards.card(j.buf)
		_, err := j.out.Write(j.cards.Bytes())
		return err
	}
	j.buf = append(j.buf, '\n')
	_, err := j.out.Write(j.buf)
	return err
}

// document appends the document of one line to dst. A panic, which would be a
// fault of ours, costs this line its enrichment and nothing else.
func (j *job) document(dst, line []byte) (document []byte, enriched bool) {
	defer func() {
		if p := recover(); p != nil {
			document, enriched = appendPipelineError(dst, line, fmt.Sprintf("internal fault while enriching: %v", p)), false
		}
	}()
	// Without a time of reading: the same lines must give the same documents in every run.
	j.doc.ReadLine(line, event.Time{})
	j.doc.Require(func(d event.Dialect) error {
		if !j.accepts.has(d) {
			return fmt.Errorf("recognised as %s, but --from says %s", d, j.from)
		}
		return nil
	})
	j.doc.Enrich()
	return j.doc.AppendJSON(dst), j.doc.Err() == nil
}
