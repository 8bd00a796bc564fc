//go:build unix

package detection

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// event is a recorded event as it came, read by other code than winevent's: what
// rules must find is worked out from it.
type event struct {
	place             string // file:line
	provider, channel string
	id                int
	params            map[string][]string // by name, without blanks
	inserts           []string            // values that came without names
	stream            string              // the data stream of its document
	document          []byte
}

// Values are compared as rules compare them: upper case is lower case.

func (e *event) is(name string, values ...string) bool {
	return e.any(name, values, func(value, want string) bool { return value == want })
}

func (e *event) has(name string, parts ...string) bool { return e.any(name, parts, strings.Contains) }

func (e *event) begins(name string, parts ...string) bool {
	return e.any(name, parts, strings.HasPrefix)
}

func (e *event) ends(name string, parts ...string) bool { return e.any(name, parts, strings.HasSuffix) }

func (e *event) any(name string, wants []string, fits func(value, want string) bool) bool {
	for _, value := range e.params[name] {
		for _, want := range wants {
			if fits(strings.ToLower(value), strings.ToLower(want)) {
				return true
			}
		}
	}
	return false
}

// from tells whether the event is one of those of a channel.
func (e *event) from(channel string, ids ...int) bool {
	return e.channel == channel && slices.Contains(ids, e.id)
}

func (e *event) add(name string, values ...string) {
	name = strings.ReplaceAll(name, " ", "")
	e.params[name] = append(e.params[name], values...)
}

// order holds the names of parameters that came as StringInserts, where the
// catalog knows them; as Microsoft documents them, from the first on.
var order = map[string]string{
	"Security:4946": "ProfileChanged RuleId RuleName",
	"Security:4948": "ProfileChanged RuleId RuleName",
	"Security:4950": "ProfileChanged SettingType SettingValue",
	firewall + ":2004": "RuleId RuleName Origin ApplicationPath ServiceName Direction Protocol LocalPorts RemotePorts Action Profiles " +
		"LocalAddresses RemoteAddresses RemoteMachineAuthorizationList RemoteUserAuthorizationList EmbeddedContext Flags Active " +
		"EdgeTraversal LooseSourceMapped SecurityOptions ModifyingUser ModifyingApplication",
}

// name gives the values without names their places: by order, else as Windows'
// own tools do, Data for all of them and param1, param2 … for each.
func (e *event) name() {
	names := strings.Fields(order[e.channel+":"+strconv.Itoa(e.id)])
	for i, value := range e.inserts {
		if i < len(names) {
			e.add(names[i], value)
		} else if len(names) == 0 {
			e.add("Data", value)
			e.add("param"+strconv.Itoa(i+1), value)
		}
	}
}

// The forms in which events are recorded.

type object = map[string]any

func readObject(line []byte) (object, error) {
	var o object
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	return o, d.Decode(&o)
}

// readWinevtlog reads what Fluent Bit's winevtlog input makes, as a map or as XML.
func readWinevtlog(line []byte) (*event, error) {
	o, err := readObject(line)
	if err != nil {
		return nil, err
	}
	if text, ok := o["System"].(string); ok {
		return readXML([]byte(text))
	}
	e := newEvent(o["ProviderName"], o["Channel"], o["EventID"])
	if data, ok := o["EventData"].(object); ok {
		e.addAll(data)
	} else {
		e.inserts = texts(o["StringInserts"])
	}
	return e, nil
}

// readFlat reads what NXLog makes: parameters stand beside its own members.
func readFlat(line []byte) (*event, error) {
	o, err := readObject(line)
	if err != nil {
		return nil, err
	}
	e := newEvent(o["SourceName"], o["Channel"], o["EventID"])
	e.addAll(o)
	return e, nil
}

// readWinlogbeat reads what Winlogbeat 6 and 8 make.
func readWinlogbeat(line []byte) (*event, error) {
	o, err := readObject(line)
	if err != nil {
		return nil, err
	}
	var e *event
	if inner, ok := o["winlog"].(object); ok {
		o = inner
		e = newEvent(o["provider_name"], o["channel"], o["event_id"])
	} else {
		e = newEvent(o["source_name"], o["log_name"], o["event_id"])
	}
	for _, member := range []string{"event_data", "user_data"} {
		if data, ok := o[member].(object); ok {
			e.addAll(data)
		}
	}
	// Values without names are param1 and so on here; XML and Sigma's rules have them as Data too.
	for i := 1; len(e.params["param"+strconv.Itoa(i)]) > 0; i++ {
		e.add("Data", e.params["param"+strconv.Itoa(i)]...)
	}
	return e, nil
}

// readEvtxDump reads what evtx_dump makes.
func readEvtxDump(line []byte) (*event, error) {
	o, err := readObject(line)
	if err != nil {
		return nil, err
	}
	o, _ = o["Event"].(object)
	system, _ := o["System"].(object)
	provider, _ := system["Provider"].(object)
	attributes, _ := provider["#attributes"].(object)
	id := system["EventID"]
	if qualified, ok := id.(object); ok {
		id = qualified["#text"]
	}
	e := newEvent(attributes["Name"], system["Channel"], id)
	if data, ok := o["EventData"].(object); ok {
		if unnamed, ok := data["Data"].(object); ok && len(data) <= 2 {
			e.inserts = texts(unnamed["#text"])
		} else {
			e.addAll(data)
		}
	}
	if data, ok := o["UserData"].(object); ok {
		for _, member := range data {
			if inner, ok := member.(object); ok {
				e.addAll(inner)
			}
		}
	}
	return e, nil
}

// readXML reads an event as Windows writes it.
func readXML(line []byte) (*event, error) {
	var x struct {
		System struct {
			Provider struct {
				Name string `xml:"Name,attr"`
			}
			EventID int
			Channel string
		}
		EventData struct {
			Data []struct {
				Name string `xml:"Name,attr"`
				Text string `xml:",chardata"`
			}
		}
		UserData struct {
			Event struct {
				Data []struct {
					XMLName xml.Name
					Text    string `xml:",chardata"`
				} `xml:",any"`
			} `xml:",any"`
		}
	}
	if err := xml.Unmarshal(line, &x); err != nil {
		return nil, err
	}
	e := newEvent(x.System.Provider.Name, x.System.Channel, x.System.EventID)
	for _, data := range x.EventData.Data {
		if data.Name == "" {
			e.inserts = append(e.inserts, data.Text)
		} else {
			e.add(data.Name, data.Text)
		}
	}
	for _, data := range x.UserData.Event.Data {
		e.add(data.XMLName.Local, data.Text)
	}
	return e, nil
}

func newEvent(provider, channel, id any) *event {
	e := &event{params: map[string][]string{}}
	e.provider, _ = provider.(string)
	e.channel, _ = channel.(string)
	e.id, _ = strconv.Atoi(fmt.Sprint(id))
	return e
}

func (e *event) addAll(data object) {
	for name, value := range data {
		e.add(name, texts(value)...)
	}
}

// texts returns the texts of a value: of a list those of its elements.
func texts(value any) []string {
	switch v := value.(type) {
	case nil, object:
		return nil
	case []any:
		var all []string
		for _, element := range v {
			all = append(all, texts(element)...)
		}
		return all
	}
	return []string{fmt.Sprint(value)}
}
