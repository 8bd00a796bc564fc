package enrich

// nextArgument returns the first word of a command line and what follows it, as
// Windows programs divide it: at blanks outside quotation marks. rest is nil
// when there is no further word. The marks themselves are left out only where
// they enclose a whole word, so that the word stays a view into the line.
func nextArgument(line []byte) (word, rest []byte) {
	for len(line) > 0 && (line[0] == ' ' || line[0] == '\t') {
		line = line[1:]
	}
	quoted, end := false, 0
	for ; end < len(line); end++ {
		switch c := line[end]; {
		case c == '"' && (end == 0 || line[end-1] != '\\'):
			quoted = !quoted
		case (c == ' ' || c == '\t') && !quoted:
			return withoutQuotes(line[:end]), line[end+1:]
		}
	}
	return withoutQuotes(line), nil
}

func withoutQuotes(word []byte) []byte {
	if n := len(word); n >= 2 && word[0] == '"' && word[n-1] == '"' {
		return word[1 : n-1]
	}
	return word
}

// setArgs sets the words of a command line, and how many they are.
func (d *Document) setArgs(fields fieldGroup, line []byte) {
	n := uint64(0)
	for rest := line; rest != nil; {
		var word []byte
		if word, rest = nextArgument(rest); len(word) > 0 {
			n++
		}
	}
	if n > 0 {
		d.set.view(fields[0], kindArgs, line)
		d.set.number(fields[1], kindNumber, n)
	}
}

func (d *Document) appendArgs(dst, line []byte) []byte {
	dst = append(dst, '[')
	for rest := line; rest != nil; {
		var word []byte
		if word, rest = nextArgument(rest); len(word) > 0 {
			dst = append(d.appendString(dst, word), ',')
		}
	}
	dst[len(dst)-1] = ']'
	return dst
}
