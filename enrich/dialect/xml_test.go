package dialect_test

import (
	"errors"
	"strings"
	"testing"

	"winevent/enrich/dialect"
	"winevent/enrich/record"
)

const eventXML = `<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System>` +
	`<Provider Name='Microsoft-Windows-Security-Auditing' Guid='{54849625-5478-4994-a5ba-3e3b0328c30d}' EventSourceName='Old'/>` +
	`<EventID Qualifiers='16384'>4624</EventID><Version>2</Version><Level>4</Level><Task>12544</Task><Opcode>7</Opcode><Keywords>0x8020000000000000</Keywords>` +
	`<TimeCreated SystemTime='2018-08-07T19:24:57.1123334Z'/><EventRecordID>6951440</EventRecordID>` +
	`<Correlation ActivityID='{A}' RelatedActivityID='{B}'/><Execution ProcessID='332' ThreadID='1340' ProcessorID='2'/>` +
	`<Channel>Security</Channel><Computer>H &amp; Co</Computer><Security UserID='S-1-5-20'/></System>` +
	`<EventData Name='Set'><Data Name='LogonType'>3</Data><Data Name='Text'>a &lt;b&gt;` + "\r\n" + `<![CDATA[<c>]]></Data><Data Name='Empty'/><Data>none</Data><Binary>00FF</Binary>` +
	`<ComplexData Name='C'>x</ComplexData></EventData>` +
	`<RenderingInfo Culture='en-US'><Message>m</Message><Level>Information</Level><Task>Logon</Task><Opcode>Info</Opcode><Channel>Security</Channel>` +
	`<Provider>x</Provider><Keywords><Keyword>Audit Success</Keyword></Keywords></RenderingInfo>` +
	`<ProcessingErrorData><ErrorCode>15005</ErrorCode></ProcessingErrorData></Event>`

func TestXML(t *testing.T) {
	want := `Dialect xml
ID 4624
RecordID 6951440
Version 2
Qualifiers 16384
Provider "Microsoft-Windows-Security-Auditing"
ProviderGUID "{54849625-5478-4994-a5ba-3e3b0328c30d}"
Channel "Security"
Computer "H & Co"
Message "m"
LevelNumber 4
TaskNumber 12544
OpcodeNumber 7
Keywords 9232379236109516800
Level "Information"
Task "Logon"
Opcode "Info"
Created 2018-08-07T19:24:57.1123334Z
ProcessID 332
ThreadID 1340
ActivityID "{A}"
RelatedActivityID "{B}"
UserSID "S-1-5-20"
param LogonType "3"
param Text "a <b>\r\n<c>"
param Empty ""
param (none) "none"
param C "x"
Binary "00FF"
extra EventSourceName "Old"
extra ProcessorID "2"
extra EventData.Name "Set"
extra ProcessingErrorData "<ProcessingErrorData><ErrorCode>15005</ErrorCode></ProcessingErrorData>"
`
	prefixed := strings.NewReplacer("<![CDATA[<c>]]>", "<![CDATA[<c>]]>", "</", "</e:", "<", "<e:", "xmlns=", "xmlns:e=").Replace(eventXML)
	for name, text := range map[string]string{
		"as Windows writes it": eventXML,
		"with a declaration":   "\ufeff<?xml version=\"1.0\" encoding=\"utf-8\"?>\r\n<!-- c -->" + eventXML + "\r\n",
		"with comments":        strings.ReplaceAll(eventXML, "><Data", "><!-- <Data> --><?x <Data> ?>\r\n  <Data"),
		"other quotes":         strings.ReplaceAll(eventXML, "'", `"`),
	} {
		t.Run(name, func(t *testing.T) {
			ev, err := readXML(text)
			checkEvent(t, ev, err, want)
		})
	}
	t.Run("with a prefix", func(t *testing.T) {
		ev, err := readXML(prefixed)
		checkEvent(t, ev, err, strings.NewReplacer("<ProcessingErrorData><ErrorCode>15005</ErrorCode></ProcessingErrorData>",
			"<e:ProcessingErrorData><e:ErrorCode>15005</e:ErrorCode></e:ProcessingErrorData>").Replace(want))
	})
}

const (
	before   = "<Event><System><EventID>1</EventID></System>"
	readLine = "Dialect xml\nID 1\nVersion 0\nLevelNumber 0\nTaskNumber 0\nOpcodeNumber 0\n"
)

func TestXMLData(t *testing.T) {
	for name, c := range map[string]struct{ data, want string }{
		"attribute without quotes": {"<EventData><Data Name=a>1</Data></EventData>", "param (none) \"1\"\n"},
		"attribute without value":  {"<EventData><Data Name>1</Data></EventData>", "param (none) \"1\"\n"},
		"empty name":               {"<EventData><Data Name=''>1</Data></EventData>", "param  \"1\"\n"},
		"references":               {"<EventData><Data Name='a&#x62;'>&#65;&#x;&nope;</Data></EventData>", "param ab \"A&#x;&nope;\"\n"},
		"elements inside":          {"<EventData><Data Name='a'>1<b>2</b>3</Data></EventData>", "param a \"123\"\n"},
		"white space":              {"<EventData>\r\n <Data Name='a'> 1 </Data>\r\n</EventData>", "param a \" 1 \"\n"},
		"empty":                    {"<EventData/><UserData/>", ""},
		"complex data":             {"<EventData><ComplexData>1</ComplexData></EventData>", "param ComplexData \"1\"\n"},
		"user data": {"<UserData><LogFileCleared xmlns='u'>\r\n<Channel>System</Channel>\r\n<Empty/><Deep><Inner>1</Inner></Deep><None></None></LogFileCleared></UserData>",
			"param Channel \"System\"\nparam Empty \"\"\nparam Inner \"1\"\nparam None \"\"\n"},
		"user data in pieces": {"<UserData><X><a>1<!-- -->2<![CDATA[3]]></a></X></UserData>", "param a \"123\"\n"},
		"an unknown section":  {"<DebugData a='1'>x</DebugData>", "extra DebugData \"<DebugData a='1'>x</DebugData>\"\n"},
		"an unknown system value": {"<System><New a='1'>2</New></System>",
			"extra New \"<New a='1'>2</New>\"\n"},
	} {
		t.Run(name, func(t *testing.T) {
			ev, err := readXML(before + c.data + "</Event>")
			checkEvent(t, ev, err, readLine+c.want)
		})
	}
}

func TestXMLRefused(t *testing.T) {
	deep := func(n int) string { return strings.Repeat("<x>", n) + strings.Repeat("</x>", n) }
	for name, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":              {"", dialect.ErrNotEvent},
		"white space":          {" \r\n", dialect.ErrNotEvent},
		"text":                 {"Event", dialect.ErrNotEvent},
		"text before":          {"x" + eventXML, dialect.ErrNotEvent},
		"another root":         {"<Events>" + eventXML + "</Events>", dialect.ErrNotEvent},
		"an empty event":       {"<Event/>", dialect.ErrNotEvent},
		"a closing tag":        {"</Event>", dialect.ErrXML},
		"a document type":      {"<!DOCTYPE Event>" + eventXML, dialect.ErrXML},
		"entities":             {"<!DOCTYPE a [<!ENTITY b 'bbbb'><!ENTITY c '&b;&b;&b;&b;'>]>" + before + "<EventData><Data>&c;</Data></EventData></Event>", dialect.ErrXML},
		"an external entity":   {"<!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]>" + before + "</Event>", dialect.ErrXML},
		"a late document type": {before + "<!DOCTYPE a></Event>", dialect.ErrXML},
		"one in the data":      {before + "<EventData><Data><!ENTITY a 'b'></Data></EventData></Event>", dialect.ErrXML},
		"an open tag":          {before + "<EventData", dialect.ErrXML},
		"an open quote":        {before + "<EventData Name='a></EventData></Event>", dialect.ErrXML},
		"a tag in a tag":       {before + "<EventData <Data></Event>", dialect.ErrXML},
		"an open comment":      {before + "<!-- </Event>", dialect.ErrXML},
		"open CDATA":           {before + "<EventData><Data><![CDATA[</Data></EventData></Event>", dialect.ErrXML},
		"no name":              {before + "<></Event>", dialect.ErrXML},
		"deep data":            {before + "<EventData><Data>" + deep(100) + "</Data></EventData></Event>", dialect.ErrXML},
		"deep user data":       {before + "<UserData>" + deep(100) + "</UserData></Event>", dialect.ErrXML},
		"a deep section":       {before + "<Other>" + deep(100) + "</Other></Event>", dialect.ErrXML},
		"a million levels":     {before + "<UserData>" + deep(1_000_000) + "</UserData></Event>", dialect.ErrXML},
	} {
		if _, err := readXML(c.text); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestXMLTruncatedAtEveryByte(t *testing.T) {
	for cut := range len(eventXML) {
		if _, err := readXML(eventXML[:cut]); !errors.Is(err, dialect.ErrXML) && !errors.Is(err, dialect.ErrNotEvent) {
			t.Fatalf("%q: %v", eventXML[:cut], err)
		}
	}
}

// Depth that no one needs but that is within the limit.
func TestXMLNested(t *testing.T) {
	ev, err := readXML(before + "<UserData>" + strings.Repeat("<x>", 50) + "1" + strings.Repeat("</x>", 50) + "</UserData></Event>")
	checkEvent(t, ev, err, readLine+"param x \"1\"\n")
}

// Pieces of text are joined. If each piece copied what is there already, this would take hours.
func TestXMLManyPieces(t *testing.T) {
	const count = 1_000_000
	for name, piece := range map[string]string{"comments": "<!---->a", "CDATA": "<![CDATA[a]]>", "elements": "<b/>a", "references": "<!---->&#97;"} {
		for _, section := range []string{"<EventData><Data Name='n'>|</Data></EventData>", "<UserData><x><n>|</n></x></UserData>"} {
			if name == "elements" && strings.HasPrefix(section, "<User") {
				continue // there each element is a parameter
			}
			ev, err := readXML(before + strings.Replace(section, "|", strings.Repeat(piece, count), 1) + "</Event>")
			if err != nil || len(ev.Params) != 1 || string(ev.Params[0].Value.Text) != strings.Repeat("a", count) {
				t.Errorf("%s in %s: %v, %d parameters", name, section, err, len(ev.Params))
			}
		}
	}
}

// The limit on values holds for XML too: "<a/>" is four bytes, a value in memory is a hundred.
func TestXMLNumberOfValues(t *testing.T) {
	for name, text := range map[string]string{
		"data":         "<EventData>" + strings.Repeat("<Data/>", record.MaxNodes+1) + "</EventData>",
		"user data":    "<UserData>" + strings.Repeat("<a/>", record.MaxNodes+1) + "</UserData>",
		"full data":    "<UserData>" + strings.Repeat("<a></a>", record.MaxNodes+1) + "</UserData>",
		"complex data": "<EventData>" + strings.Repeat("<x/>", record.MaxNodes+1) + "</EventData>",
		"sections":     strings.Repeat("<a></a>", record.MaxNodes+1),
		"system":       "<System>" + strings.Repeat("<a/>", record.MaxNodes+1) + "</System>",
		"execution":    "<System><Execution" + strings.Repeat(" a=''", record.MaxNodes+1) + "/></System>",
	} {
		if _, err := readXML(before + text + "</Event>"); !errors.Is(err, record.ErrTooMany) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// Texts are views into the record: joining pieces must not write into it.
func TestXMLReadingLeavesTheInputAlone(t *testing.T) {
	text := []byte(before + "<EventData><Data>a<!-- -->b<!-- -->c</Data><Data><![CDATA[d]]>e</Data></EventData></Event>")
	again := string(text)
	if _, err := readXML(string(text)); err != nil {
		t.Fatal(err)
	}
	rec := new(record.Record)
	ev, _ := readXML("")
	if err := dialect.ReadXML(rec, text, ev); err != nil || string(text) != again {
		t.Errorf("the input is now %s (%v)", text, err)
	}
}
