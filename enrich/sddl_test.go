package enrich

import "testing"

func TestSDDL(t *testing.T) {
	for text, want := range map[string]string{
		"":         "",
		"-":        "",
		"no sddl":  "",
		"O:BAG:SY": "owner Administrators",
		"S:AI":     "",
		"O:SYG:SYD:PAI(A;;FA;;;BA)(D;;SDWD;;;S-1-5-21-1-2-3-513)S:(AU;SAFA;KA;;;WD)": "owner SYSTEM; allow Administrators: full control; " +
			"deny Domain Users: delete, change permissions; audit success and failure of Everyone: full control",
		"D:(A;;0x1f01ff;;;S-1-5-18)(OA;;CR;1131f6aa-9c07-11d1-f79f-00c04fc2dcd2;;S-1-5-21-9-8-7-1234)": `allow NT AUTHORITY\SYSTEM: 0x1f01ff; allow S-1-5-21-9-8-7-1234: CR`,
		"S:(ML;;NW;;;LW)": "",
		"D:(A;;FA":        "",
		"X:1":             "",
		"S:ARAI(AU;SA;WP;f30e3bbe-9ff0-11d1-b603-0000f80367c1;bf967aa5-0de6-11d0-a285-00aa003049e2;WD)": "audit success of Everyone: WP",
	} {
		if got := string(appendSDDL(nil, []byte(text))); got != want {
			t.Errorf("%s:\n%s, want\n%s", text, got, want)
		}
	}
}

func FuzzSDDL(f *testing.F) {
	f.Add([]byte("O:SYG:SYD:PAI(A;;FA;;;BA)S:(AU;SAFA;KA;;;WD)"))
	f.Fuzz(func(_ *testing.T, text []byte) { appendSDDL(nil, text) })
}
