package catalog

import "slices"

// formNames are the forms as source/ecs-fields.yaml and users' files call them.
var formNames = [...]string{
	AsText: "", AsLower: "lower", AsLong: "long", AsIP: "ip", AsPath: "path", AsAccount: "account", AsUPN: "upn",
	AsHashes: "hashes", AsDirection: "direction", AsTransport: "transport", AsRegistry: "registry", AsRegistryData: "data",
	AsObject: "object", AsArgs: "args", AsLines: "lines", AsAddresses: "addresses", AsLogonType: "logon_type",
	AsCommonName: "cn", AsMessage: "message",
}

// String returns the form's name; that of AsText is empty.
func (f Form) String() string { return formNames[f] }

// ParseForm reads a name. It reports false for one that does not exist.
func ParseForm(name string) (Form, bool) {
	i := slices.Index(formNames[:], name)
	return Form(max(i, 0)), i >= 0
}
