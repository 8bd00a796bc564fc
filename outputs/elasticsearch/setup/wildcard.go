package setup

// covers tells whether every name of pattern fits wide too.
func covers(wide, pattern string) bool {
	switch {
	case wide == "":
		return pattern == ""
	case wide[0] == '*':
		// It takes nothing, or what comes next, be it a text or a *.
		return covers(wide[1:], pattern) || pattern != "" && covers(wide, pattern[1:])
	case pattern == "" || wide[0] != pattern[0]:
		return false
	}
	return covers(wide[1:], pattern[1:])
}

// meets tells whether there are names that fit both patterns.
func meets(a, b string) bool {
	switch {
	case a == "" && b == "":
		return true
	case a != "" && a[0] == '*':
		return meets(a[1:], b) || b != "" && meets(a, b[1:])
	case b != "" && b[0] == '*':
		return meets(b, a)
	case a == "" || b == "" || a[0] != b[0]:
		return false
	}
	return meets(a[1:], b[1:])
}
