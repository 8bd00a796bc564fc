package entryfile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// parameters checks the lists, and everything that names a parameter against them.
func (c *checker) parameters() {
	for n, p := range c.e.Parameters {
		key := fmt.Sprintf("parameters[%d]", n)
		if len(p.Versions) == 0 {
			c.fault(key, "names no versions: write versions: [0] or those that the event has")
		}
		for i, name := range p.Names {
			if !nameForm.MatchString(name) {
				c.fault(fmt.Sprintf("%s.names[%d]", key, i), "%q is no name: write letters, digits and _, without blanks", name)
			}
			if slices.Contains(p.Names[:i], name) {
				c.fault(fmt.Sprintf("%s.names[%d]", key, i), "%q stands twice in one list: each parameter needs a name of its own", name)
			}
		}
	}
	longest := 0
	for _, list := range c.lists {
		longest = max(longest, len(list))
	}
	for _, m := range placeholder.FindAllStringSubmatch(c.e.Message, -1) {
		if n, _ := strconv.Atoi(m[1]); c.lists != nil && (n < 1 || n > longest) {
			c.fault("message", "%s has no parameter: the longest list has %d names", m[0], longest)
		}
	}
	for i, p := range c.e.ErrorParameter {
		c.parameter(fmt.Sprintf("error_parameter[%d]", i), p)
	}
	for parameter, name := range c.e.Values {
		key := "values." + parameter
		c.parameter(key, parameter)
		if !c.facts.ValueMap(name) && !slices.Contains(stringMaps, name) {
			c.fault(key, "%q is no value map: write one that the built-in entries use", name)
		}
	}
}

// parameter checks that the event has a parameter. Where nobody knows names, as
// of a user's own events, there is nothing to compare with.
func (c *checker) parameter(key, name string) {
	if c.own && len(c.lists) == 0 {
		if name == "" {
			c.fault(key, "is missing: write the name of a parameter")
		}
		return
	}
	if !slices.ContainsFunc(c.lists, func(list []string) bool { return slices.Contains(list, name) }) {
		c.fault(key, "the event has no parameter %q%s", name, c.known())
	}
}

// known lists the parameters of the event, for a fault.
func (c *checker) known() string {
	var names []string
	for _, list := range c.lists {
		for _, name := range list {
			if !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	if len(names) == 0 {
		return ""
	}
	return ": it has " + strings.Join(names, ", ")
}
