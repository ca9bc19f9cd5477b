package sig

import (
	"slices"
	"strings"
)

// PublicNames returns the names by which people call a procedure; those that
// start with an underscore are the compiler's, but where there is no other.
func (p *Proc) PublicNames() []string {
	names := slices.DeleteFunc(slices.Clone(p.Names), func(name string) bool { return name[0] == '_' })
	if len(names) == 0 {
		return p.Names
	}
	return names
}

// Parts lists the arguments and the attributes, in that order, as Usage shows
// them.
func (p *Proc) Parts() []string {
	var list []string
	for _, a := range p.Args {
		name := strings.ReplaceAll(a.Name, " ", "-")
		if a.Repeated {
			name += "…"
		}
		if a.Optional {
			name = "[" + name + "]"
		}
		list = append(list, name)
	}
	for _, a := range p.Attrs {
		list = append(list, "["+a.Names[0]+": "+string(a.Type)+"]")
	}
	return list
}

// Usage tells how a procedure is written: a line for its head, and where
// it has a body one for that.
func (p *Proc) Usage() []string {
	lines := []string{strings.Join(append([]string{p.Name()}, p.Parts()...), " ")}
	if body := map[Body]string{
		Sequence: "children…", Branches: "branches…", Block: "body of the function…", Cases: "conditions and consequences…",
	}[p.Body]; body != "" {
		lines = append(lines, "  "+body)
	}
	return lines
}

// Kind says in words what may be given.
func (a *Arg) Kind() string {
	kind := string(a.Type)
	if a.Optional {
		kind += ", optional"
	}
	if a.Repeated {
		kind += ", any number"
	}
	return kind
}

// Keys lists the names of the attribute as they are written.
func (a *Attr) Keys() string { return strings.Join(a.Names, ":, ") + ":" }

// DefaultText says what the default is, "" where there is none.
func (a *Attr) DefaultText() string {
	if a.Default == "" {
		return ""
	}
	return "Default: `" + a.Default + "`."
}

// Text says in words what the children are.
func (b Body) Text() string {
	switch b {
	case Arguments:
		return "Children are further arguments."
	case Sequence:
		return "Children are run one after the other."
	case Branches:
		return "Children are run at the same time."
	case Block:
		return "Children are the body of a function."
	case Cases:
		return "Children are conditions and consequences in turn."
	case Raw:
		return "Children are taken as they are written, not evaluated."
	}
	return "It takes no children."
}

// Text is the text of an example, what it starts with above it and
// what it gives below.
func (e *Example) Text() string {
	var b strings.Builder
	if e.Payload != "" {
		b.WriteString("# payload: " + e.Payload + "\n")
	}
	if e.Vars != "" {
		b.WriteString("# vars: " + e.Vars + "\n")
	}
	b.WriteString(strings.TrimRight(e.Source, "\n") + "\n")
	switch {
	case e.Error != "":
		b.WriteString("# error => " + e.Error + "\n")
	case e.Want != "":
		b.WriteString("# payload => " + e.Want + "\n")
	case e.Ret != "":
		b.WriteString("# => " + e.Ret + "\n")
	case e.Waits:
		b.WriteString("# waits\n")
	}
	return b.String()
}

// FirstSentence returns the first sentence of a text.
func FirstSentence(doc string) string {
	first, _, _ := strings.Cut(doc, "\n\n")
	for i := 0; i+1 < len(first); i++ {
		if first[i] == '.' && first[i+1] == ' ' && (i+2 == len(first) || first[i+2] < 'a' || first[i+2] > 'z') {
			return first[:i+1]
		}
	}
	return first
}

// PageFile is the name of the file of the procedure's page: its name, characters
// that no file should have in its name spelled out.
func (p *Proc) PageFile() string {
	name := p.Name()
	spelled := map[rune]string{'+': "plus", '-': "minus", '*': "times", '/': "divided", '%': "modulo", '=': "equal", '!': "not", '<': "less", '>': "greater"}
	if strings.Trim(name, "+-*/%=!<>") == "" {
		var parts []string
		for _, r := range name {
			parts = append(parts, spelled[r])
		}
		return strings.Join(parts, "-") + ".md"
	}
	return strings.ReplaceAll(name, "?", "-p") + ".md"
}
