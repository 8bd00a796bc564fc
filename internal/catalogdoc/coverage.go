package catalogdoc

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tidwall/gjson"

	"winevent/enrich"
	"winevent/enrich/catalog"
	"winevent/enrich/event"
	"winevent/internal/samples"
)

// Coverage returns the page that says how far the catalog reaches: what it
// knows by provider, and how much of the recorded events that is.
func Coverage() (string, error) {
	recorded, err := readRecorded()
	if err != nil {
		return "", err
	}
	return "# What the catalog covers\n\n" + Generated + byProvider() + recorded.text(), nil
}

// column counts the events of a provider that something is known of.
type column struct {
	head string
	has  func(e *catalog.Entry) bool
}

var columns = []column{
	{"known", func(*catalog.Entry) bool { return true }},
	{"described", (*catalog.Entry).Described},
	{"parameter names", func(e *catalog.Entry) bool { return len(e.Parameters) > 0 }},
	{"published name", func(e *catalog.Entry) bool { return e.Published }},
	{"severity reason", func(e *catalog.Entry) bool { return e.SeverityReason != "" }},
	{"cases", func(e *catalog.Entry) bool { return len(e.Cases) > 0 }},
	{"remediation", func(e *catalog.Entry) bool { return !e.Remediation.None() }},
}

func byProvider() string {
	var b strings.Builder
	b.WriteString("## By provider\n\nHow many events of a provider are known to exist, how many are described, how many have names for their parameters in at\n" +
		"least one version (or are known to have none), and what the descriptions hold.\n\n| provider |")
	for _, c := range columns {
		b.WriteString(" " + c.head + " |")
	}
	b.WriteString("\n|---|" + strings.Repeat("---:|", len(columns)) + "\n")
	totals := make([]int, len(columns))
	for _, p := range providers() {
		b.WriteString("| " + Text(p.name) + " |")
		for i, c := range columns {
			n := 0
			for _, e := range slices.Concat(p.described, p.named) {
				if c.has(e) {
					n++
				}
			}
			totals[i] += n
			fmt.Fprintf(&b, " %d |", n)
		}
		b.WriteByte('\n')
	}
	b.WriteString("| **all** |")
	for _, n := range totals {
		fmt.Fprintf(&b, " **%d** |", n)
	}
	b.WriteString("\n\n")
	return b.String()
}

// recorded is what the recorded events say of the catalog.
type recorded struct {
	families map[string]*family
	gaps     map[string]*gap
}

// family counts the records of some channels.
type family struct{ records, described, named, category int }

// gap is an event that is not described, or whose parameters have no names.
type gap struct {
	provider                      string
	code                          uint32
	records, undescribed, unnamed int
}

var families = []string{"Security", "Firewall", "Sysmon", "System", "PowerShell", "Defender", "others"}

// familyOf is where a channel's records are counted.
func familyOf(channel string) string {
	switch {
	case strings.EqualFold(channel, "Security"), channel == "System":
		return strings.ToUpper(channel[:1]) + strings.ToLower(channel[1:])
	case strings.Contains(channel, "Windows Firewall With Advanced Security"):
		return "Firewall"
	case strings.Contains(channel, "Sysmon"):
		return "Sysmon"
	case strings.Contains(channel, "PowerShell"):
		return "PowerShell"
	case strings.Contains(channel, "Windows Defender"):
		return "Defender"
	}
	return "others"
}

func readRecorded() (*recorded, error) {
	r := &recorded{map[string]*family{}, map[string]*gap{}}
	for _, name := range families {
		r.families[name] = &family{}
	}
	doc := enrich.New(enrich.Options{}).NewDocument()
	var out []byte
	for _, file := range samples.Files() {
		lines, err := samples.Lines(file)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(file), err)
		}
		for _, line := range lines {
			doc.ReadLine(line, event.Time{})
			doc.Enrich()
			out = doc.AppendJSON(out[:0])
			r.add(doc, gjson.ParseBytes(out))
		}
	}
	return r, nil
}

// add counts the document of one record.
func (r *recorded) add(doc *enrich.Document, got gjson.Result) {
	f := r.families[familyOf(got.Get("winlog.channel").String())]
	f.records++
	if got.Get("event.category").Exists() {
		f.category++
	}
	described := doc.Known()
	unnamed := got.Get("winlog.event_data.Data").Exists() || strings.Contains(got.Get("tags").Raw, "winevent_unnamed_params")
	if described {
		f.described++
	}
	if !strings.Contains(got.Get("tags").Raw, "winevent_unnamed_params") {
		f.named++
	}
	if described && !unnamed {
		return
	}
	code, _ := doc.Code()
	provider := got.Get("event.provider").String()
	key := fmt.Sprintf("%s %d", provider, code)
	g := r.gaps[key]
	if g == nil {
		g = &gap{provider: provider, code: uint32(code)}
		r.gaps[key] = g
	}
	g.records++
	if !described {
		g.undescribed++
	}
	if unnamed {
		g.unnamed++
	}
}

func (r *recorded) text() string {
	var b strings.Builder
	b.WriteString("## Of the recorded events\n\nThe records in testdata/samples, by channel: how many are of events that are described, have names for all parameters that\nWindows names (classic sources name none), and have an ECS category.\n\n" +
		"| channels | records | described | all parameters named | ECS category |\n|---|---:|---:|---:|---:|\n")
	var all family
	for _, name := range families {
		f := r.families[name]
		fmt.Fprintf(&b, "| %s %s\n", name, f.row())
		all.records, all.described, all.named, all.category = all.records+f.records, all.described+f.described, all.named+f.named, all.category+f.category
	}
	fmt.Fprintf(&b, "| **all** %s\n\n", all.row())
	b.WriteString("Events among them that are not described, or whose parameters have no names, and why:\n\n" +
		"| provider | event | records | not described | unnamed | why |\n|---|---:|---:|---:|---:|---|\n")
	for _, g := range slices.SortedFunc(maps.Values(r.gaps), func(a, b *gap) int {
		return cmp.Or(cmp.Compare(b.records, a.records), cmp.Compare(a.provider, b.provider), cmp.Compare(a.code, b.code))
	}) {
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %d | %s |\n", Text(g.provider), g.code, g.records, g.undescribed, g.unnamed, g.why())
	}
	return b.String()
}

func (f *family) row() string {
	share := func(n int) string {
		if f.records == 0 {
			return "–"
		}
		// Rounded down: 100 % means all.
		return fmt.Sprintf("%d.%d %%", n*100/f.records, n*1000/f.records%10)
	}
	return fmt.Sprintf("| %d | %s | %s | %s |", f.records, share(f.described), share(f.named), share(f.category))
}

// why says what is missing in the catalog, or about the records.
func (g *gap) why() string {
	if !slices.ContainsFunc(catalog.Providers(), func(name string) bool { return strings.EqualFold(name, g.provider) }) {
		return "the provider is not in the catalog"
	}
	i := catalog.Find([]byte(g.provider), g.code)
	if i < 0 {
		return "in no manifest that is known"
	}
	var reasons []string
	if g.undescribed > 0 {
		reasons = append(reasons, "only named")
	}
	switch {
	case g.unnamed == 0:
	case len(catalog.At(i).Parameters) == 0:
		reasons = append(reasons, "a classic source: nobody knows names")
	default:
		reasons = append(reasons, "version or number of parameters fits no list")
	}
	return strings.Join(reasons, "; ")
}
