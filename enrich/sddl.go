package enrich

import (
	"bytes"

	"winevent/enrich/catalog"
)

// The names here are those of the security descriptor language, [MS-DTYP] 2.5.1.1.

// sddlAccounts are the two letters that stand for a SID.
var sddlAccounts = map[[2]byte]string{
	{'A', 'A'}: "Access Control Assistance Operators", {'A', 'C'}: "All application packages", {'A', 'N'}: "Anonymous",
	{'A', 'O'}: "Account Operators", {'A', 'U'}: "Authenticated Users", {'B', 'A'}: "Administrators", {'B', 'G'}: "Guests",
	{'B', 'O'}: "Backup Operators", {'B', 'U'}: "Users", {'C', 'A'}: "Cert Publishers", {'C', 'G'}: "Creator Group",
	{'C', 'O'}: "Creator Owner", {'D', 'A'}: "Domain Admins", {'D', 'C'}: "Domain Computers", {'D', 'D'}: "Domain Controllers",
	{'D', 'G'}: "Domain Guests", {'D', 'U'}: "Domain Users", {'E', 'A'}: "Enterprise Admins", {'E', 'D'}: "Enterprise Domain Controllers",
	{'E', 'R'}: "Event Log Readers", {'I', 'U'}: "Interactive", {'L', 'A'}: "Administrator (built-in)", {'L', 'G'}: "Guest (built-in)",
	{'L', 'S'}: "LOCAL SERVICE", {'N', 'O'}: "Network Configuration Operators", {'N', 'S'}: "NETWORK SERVICE", {'N', 'U'}: "Network",
	{'O', 'W'}: "Owner Rights", {'P', 'A'}: "Group Policy Creator Owners", {'P', 'O'}: "Print Operators", {'P', 'S'}: "Self",
	{'P', 'U'}: "Power Users", {'R', 'C'}: "Restricted Code", {'R', 'D'}: "Remote Desktop Users", {'R', 'M'}: "Remote Management Users",
	{'R', 'O'}: "Enterprise Read-only Domain Controllers", {'R', 'U'}: "Pre-Windows 2000 Compatible Access", {'S', 'A'}: "Schema Admins",
	{'S', 'O'}: "Server Operators", {'S', 'U'}: "Service", {'S', 'Y'}: "SYSTEM", {'W', 'D'}: "Everyone",
}

// sddlRights are the rights that have a plain name; others are shown as they are.
var sddlRights = map[[2]byte]string{
	{'F', 'A'}: "full control", {'G', 'A'}: "full control", {'K', 'A'}: "full control",
	{'F', 'R'}: "read", {'G', 'R'}: "read", {'K', 'R'}: "read", {'F', 'W'}: "write", {'G', 'W'}: "write", {'K', 'W'}: "write",
	{'F', 'X'}: "execute", {'G', 'X'}: "execute", {'K', 'X'}: "execute",
	{'R', 'C'}: "read permissions", {'S', 'D'}: "delete", {'W', 'D'}: "change permissions", {'W', 'O'}: "take ownership",
}

// appendSDDL explains a security descriptor: owner, who is allowed, denied and
// audited what. It appends nothing for other texts.
func appendSDDL(dst, text []byte) []byte {
	start := len(dst)
	for len(text) >= 2 && text[1] == ':' {
		part, value := text[0], text[2:]
		end := nextPart(value)
		text = value[end:]
		value = value[:end]
		switch part {
		case 'O':
			dst = appendAccount(append(appendSemicolon(dst, start), "owner "...), value)
		case 'G':
			// The group means nothing outside POSIX.
		case 'D', 'S':
			dst = appendEntries(dst, start, value)
		default:
			return dst[:start]
		}
	}
	if len(text) > 0 {
		return dst[:start]
	}
	return dst
}

// nextPart is where the next "X:" begins outside of parentheses, or the end.
func nextPart(text []byte) int {
	depth := 0
	for i, c := range text {
		switch {
		case c == '(':
			depth++
		case c == ')':
			depth--
		case depth == 0 && i+1 < len(text) && text[i+1] == ':' && bytes.IndexByte([]byte("OGDS"), c) >= 0:
			return i
		}
	}
	return len(text)
}

// appendEntries explains the entries of a list: (type;flags;rights;object;inherited object;account).
func appendEntries(dst []byte, start int, list []byte) []byte {
	for {
		open := bytes.IndexByte(list, '(')
		if open < 0 {
			return dst
		}
		entry := list[open+1:]
		end := bytes.IndexByte(entry, ')')
		if end < 0 {
			return dst
		}
		list, entry = entry[end+1:], entry[:end]
		var fields [6][]byte
		for i := range fields {
			fields[i], entry, _ = bytes.Cut(entry, []byte(";"))
		}
		kind := entryKind(fields[0], fields[1])
		if kind == "" {
			continue
		}
		dst = append(append(appendSemicolon(dst, start), kind...), ' ')
		dst = append(appendAccount(dst, fields[5]), ": "...)
		dst = appendRights(dst, fields[2])
	}
}

// entryKind is what an entry does, or "" for labels and attributes.
func entryKind(kind, flags []byte) string {
	switch string(kind) {
	case "A", "OA", "XA", "ZA":
		return "allow"
	case "D", "OD", "XD":
		return "deny"
	case "AU", "OU", "XU":
		success, failure := bytes.Contains(flags, []byte("SA")), bytes.Contains(flags, []byte("FA"))
		switch {
		case success && failure:
			return "audit success and failure of"
		case success:
			return "audit success of"
		case failure:
			return "audit failure of"
		}
	}
	return ""
}

func appendAccount(dst, account []byte) []byte {
	if len(account) == 2 {
		if name := sddlAccounts[[2]byte(account)]; name != "" {
			return append(dst, name...)
		}
	}
	if name := catalog.SID(account); name != "" {
		return append(dst, name...)
	}
	return append(dst, account...)
}

func appendRights(dst, rights []byte) []byte {
	if len(rights)%2 != 0 || bytes.HasPrefix(rights, []byte("0x")) {
		return append(dst, rights...)
	}
	start := len(dst)
	for ; len(rights) >= 2; rights = rights[2:] {
		dst = appendComma(dst, start)
		if name := sddlRights[[2]byte(rights)]; name != "" {
			dst = append(dst, name...)
		} else {
			dst = append(dst, rights[:2]...)
		}
	}
	return dst
}

func appendSemicolon(dst []byte, start int) []byte {
	if len(dst) > start {
		dst = append(dst, "; "...)
	}
	return dst
}
