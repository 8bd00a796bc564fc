package main

import (
	"bytes"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"winevent/enrich/catalog"
	"winevent/enrich/record"
)

type explainOptions struct {
	provider, errorCode, catalogFile string
	json                             bool
}

func newExplain(s streams) *cobra.Command {
	var o explainOptions
	c := &cobra.Command{
		Use:   "explain CODE",
		Short: "Say what an event means, why it came, what to do and how to verify it",
		Long: `Say what an event means, why it came, what to do and how to verify it.

CODE is an event id (5462) or a symbolic name, in any case. Of an event that
nobody described it says what Windows' manifests tell; where another provider's
event with the same id is described, --provider asks for the one that is not.`,
		Example: `  winevent explain 5462
  winevent explain 5462 --error ERROR_ACCESS_DENIED
  winevent explain 4957 --json
  winevent explain 3008 --provider Microsoft-Windows-DNS-Client`,
		Args: cobra.ExactArgs(1),
	}
	c.Flags().StringVar(&o.provider, "provider", "", "only this provider's event")
	c.Flags().StringVar(&o.errorCode, "error", "", "the error code inside the event: 5, 0x80070005, -2147024891 or ERROR_ACCESS_DENIED")
	c.Flags().BoolVar(&o.json, "json", false, "print JSON: an object, or an array when several providers have the event")
	catalogFlag(c, &o.catalogFile)
	return runs(c, func(args []string) error { return o.run(s, args[0]) })
}

func (o *explainOptions) run(s streams, query string) error {
	var code *catalog.ErrorCode
	if o.errorCode != "" {
		number, ok := parseErrorCode(o.errorCode)
		if !ok {
			return usageErrorf("--error %q is no 32-bit number and no symbol that the error tables know", o.errorCode)
		}
		decoded := catalog.DecodeError(number)
		code = &decoded
	}
	known, err := openCatalog(o.catalogFile)
	if err != nil {
		return err
	}
	entries, err := find(known, query, o.provider)
	if err != nil {
		return err
	}
	if o.json {
		return printJSON(s, entries, code)
	}
	sh := &sheet{screen: screenOf(s.out)}
	if len(entries) > mostNamed && !entries[0].Described() {
		sh.providers(entries)
		entries = nil
	}
	for i, e := range entries {
		if i > 0 {
			sh.WriteByte('\n')
		}
		sh.explain(known, e, code)
	}
	_, err = colourable(s.out).Write(sh.Bytes())
	return err
}

// mostNamed is how many events that nobody described are laid out in full: an
// id such as 1 is many providers'.
const mostNamed = 3

// providers writes a line for each of several events with the same id.
func (s *sheet) providers(entries []*catalog.Entry) {
	fmt.Fprintf(s, "%d providers have an event %d that nobody described. Ask for one with --provider:\n\n", len(entries), entries[0].ID)
	for _, e := range entries {
		line, _, _ := strings.Cut(e.MessageText(), "\n")
		fmt.Fprintf(s, "%s  %s\n", e.Provider, clip(line, max(s.screen.width-len(e.Provider)-2, leastWidth)))
	}
}

func printJSON(s streams, entries []*catalog.Entry, code *catalog.ErrorCode) error {
	var all []explanation
	for _, e := range entries {
		all = append(all, explain(e, code))
	}
	var value any = all
	if len(all) == 1 {
		value = all[0]
	}
	var b bytes.Buffer
	if err := appendJSON(&b, value, "  "); err != nil {
		return err
	}
	_, err := s.out.Write(b.Bytes())
	return err
}

// parseErrorCode reads a code as people have it: decimal, hexadecimal, an
// HRESULT as a negative number, or a symbol.
func parseErrorCode(text string) (uint32, bool) {
	v, ok := record.ParseUint([]byte(text))
	if !ok {
		if code, found := catalog.ErrorBySymbol(text); found {
			return code, true
		}
		return catalog.ErrorBySymbol(strings.ToUpper(text))
	}
	if signed := int64(v); signed < 0 && signed >= -1<<31 {
		return uint32(v), true
	}
	return uint32(v), v <= 1<<32-1
}
