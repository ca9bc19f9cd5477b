package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/spell"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

// docCommand is a function: what it writes describes the commands, itself too.
func docCommand() command {
	return command{
		name:    "doc",
		usage:   "[flags] [NAME]",
		summary: "shows the page of a procedure, or lists the procedures",
		long:    "Shows the page of a procedure: what it does, what it takes, what it gives, with\nexamples. Without a name it lists the procedures.",
		example: "florc doc concurrence\nflorc doc --markdown sleep",
		setup: func(fs *pflag.FlagSet) action {
			markdown := fs.Bool("markdown", false, "print Markdown")
			write := fs.String("write", "", "write the pages of all procedures and codes, as Markdown, below the folder `DIR`")
			return func(_ context.Context, s *streams, args []string) error {
				if *write != "" {
					if len(args) > 0 {
						return badUsage("", "--write writes all pages, it takes no name")
					}
					return writeDocs(*write)
				}
				if len(args) == 0 {
					if *markdown {
						_, err := fmt.Fprint(s.stdout, markdownIndex(procedures()))
						return err
					}
					return s.listProcedures()
				}
				name, err := oneArgument(args, "the name")
				if err != nil {
					return err
				}
				p, err := findProcedure(name)
				if err != nil {
					return err
				}
				if *markdown {
					_, err = fmt.Fprint(s.stdout, markdownPage(p))
					return err
				}
				s.page(p)
				return nil
			}
		},
	}
}

// procedures returns the signature of every procedure, ordered by group.
func procedures() []sig.Proc {
	var ps []sig.Proc
	for _, p := range stdlib.All().Procedures() {
		ps = append(ps, p.Sig)
	}
	order := sig.Groups()
	slices.SortStableFunc(ps, func(a, b sig.Proc) int {
		return cmp.Compare(slices.Index(order, a.Group), slices.Index(order, b.Group))
	})
	return ps
}

func findProcedure(name string) (*sig.Proc, error) {
	var names []string
	for _, p := range procedures() {
		if slices.Contains(p.Names, name) {
			return &p, nil
		}
		names = append(names, p.Names...)
	}
	hint := "'florc doc' lists the procedures"
	if near := spell.Nearest(name, names); near != "" {
		hint = fmt.Sprintf("did you mean %q? 'florc doc' lists the procedures", near)
	}
	return nil, badUsage(hint, "there is no procedure %q", name)
}

// listProcedures lists the procedures by group, a line each.
func (s *streams) listProcedures() error {
	var group sig.Group
	for _, p := range procedures() {
		if p.Group != group {
			if group != "" {
				fmt.Fprintln(s.stdout)
			}
			group = p.Group
			fmt.Fprintln(s.stdout, s.outColors.paint(bold, string(group)))
		}
		names, margin := strings.Join(publicNames(&p), ", "), strings.Repeat(" ", 24)
		text := s.prose(firstSentence(p.Doc), margin)
		if len(names) <= 20 {
			text = text[2+len(names):]
		} else {
			text = "\n" + text
		}
		fmt.Fprintf(s.stdout, "  %s%s\n", s.outColors.paint(cyan, names), text)
	}
	return nil
}

// publicNames returns the names by which people call a procedure; those that
// start with an underscore are the compiler's, but where there is no other.
func publicNames(p *sig.Proc) []string {
	names := slices.DeleteFunc(slices.Clone(p.Names), func(name string) bool { return name[0] == '_' })
	if len(names) == 0 {
		return p.Names
	}
	return names
}

// page shows the page of a procedure.
func (s *streams) page(p *sig.Proc) {
	heading := func(text string) { fmt.Fprintf(s.stdout, "\n%s\n", s.outColors.paint(bold, text)) }
	item := func(name string, rest ...string) {
		fmt.Fprintf(s.stdout, "  %s\n%s\n", s.outColors.paint(cyan, name), s.prose(strings.Join(rest, " "), "      "))
	}
	fmt.Fprintf(s.stdout, "%s\n\n", s.outColors.paint(bold, strings.Join(publicNames(p), ", ")+" ("+string(p.Group)+")"))
	for _, line := range usageLines(p) {
		fmt.Fprintf(s.stdout, "  %s\n", line)
	}
	fmt.Fprintf(s.stdout, "\n%s\n", s.prose(p.Doc, ""))
	if len(p.Args) > 0 {
		heading("Arguments")
		for _, a := range p.Args {
			item(a.Name+" ("+argKind(&a)+")", a.Doc)
		}
	}
	if len(p.Attrs) > 0 {
		heading("Attributes")
		for _, a := range p.Attrs {
			item(attrName(&a)+" ("+string(a.Type)+")", a.Doc, defaultText(&a))
		}
	}
	heading("Body")
	fmt.Fprintln(s.stdout, s.prose(bodyText(p.Body), "  "))
	heading("Result")
	fmt.Fprintln(s.stdout, s.prose(p.Result, "  "))
	for _, e := range p.Examples {
		heading("Example: " + e.Title)
		fmt.Fprint(s.stdout, sample(exampleSource(&e), "  "))
	}
	if len(p.SeeAlso) > 0 {
		heading("See also")
		fmt.Fprintf(s.stdout, "  %s\n", strings.Join(p.SeeAlso, ", "))
	}
	fmt.Fprintf(s.stdout, "\n%s\n", s.prose("Every node also takes "+commonNames()+".", ""))
}

// commonNames lists the attributes that every node takes.
func commonNames() string {
	var names []string
	for _, a := range vm.CommonAttributes() {
		names = append(names, "`"+a.Names[0]+":`")
	}
	return strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
}

// usageLines say how a procedure is written: a line for its head, and where
// it has a body one for that.
func usageLines(p *sig.Proc) []string {
	var b strings.Builder
	b.WriteString(p.Name())
	for _, a := range p.Args {
		name := strings.ReplaceAll(a.Name, " ", "-")
		if a.Repeated {
			name += "…"
		}
		if a.Optional {
			name = "[" + name + "]"
		}
		b.WriteString(" " + name)
	}
	for _, a := range p.Attrs {
		b.WriteString(" [" + a.Names[0] + ": " + string(a.Type) + "]")
	}
	lines := []string{b.String()}
	if body := map[sig.Body]string{
		sig.Sequence: "children…", sig.Branches: "branches…", sig.Block: "body of the function…", sig.Cases: "conditions and consequences…",
	}[p.Body]; body != "" {
		lines = append(lines, "  "+body)
	}
	return lines
}

func argKind(a *sig.Arg) string {
	kind := string(a.Type)
	if a.Optional {
		kind += ", optional"
	}
	if a.Repeated {
		kind += ", any number"
	}
	return kind
}

func attrName(a *sig.Attr) string { return strings.Join(a.Names, ":, ") + ":" }

func defaultText(a *sig.Attr) string {
	if a.Default == "" {
		return ""
	}
	return "Default: `" + a.Default + "`."
}

func bodyText(b sig.Body) string {
	switch b {
	case sig.Arguments:
		return "Children are further arguments."
	case sig.Sequence:
		return "Children are run one after the other."
	case sig.Branches:
		return "Children are run at the same time."
	case sig.Block:
		return "Children are the body of a function."
	case sig.Cases:
		return "Children are conditions and consequences in turn."
	case sig.Raw:
		return "Children are taken as they are written, not evaluated."
	}
	return "It takes no children."
}

// exampleSource is the text of an example, what it starts with above it and
// what it gives below.
func exampleSource(e *sig.Example) string {
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

// firstSentence returns the first sentence of a text.
func firstSentence(doc string) string {
	first, _, _ := strings.Cut(doc, "\n\n")
	for i := 0; i+1 < len(first); i++ {
		if first[i] == '.' && first[i+1] == ' ' && (i+2 == len(first) || first[i+2] < 'a' || first[i+2] > 'z') {
			return first[:i+1]
		}
	}
	return first
}

// prose lays Markdown out as a terminal shows it: paragraphs wrapped and
// indented, code in colour where there are colours.
func (s *streams) prose(text, margin string) string {
	var out []string
	for paragraph := range strings.SplitSeq(strings.TrimSpace(text), "\n\n") {
		line, width := margin, len(margin)
		for _, word := range words(paragraph) {
			n := displayWidth(word)
			if width > len(margin) && width+1+n > s.width {
				out = append(out, line)
				line, width = margin, len(margin)
			}
			if width > len(margin) {
				line, width = line+" ", width+1
			}
			line, width = line+s.code(word), width+n
		}
		out = append(out, line, "")
	}
	return strings.Join(out[:len(out)-1], "\n")
}

// words splits a text at its blanks, but for those within code.
func words(text string) []string {
	var all []string
	for _, w := range strings.Fields(text) {
		if n := len(all); n > 0 && strings.Count(all[n-1], "`")%2 == 1 {
			all[n-1] += " " + w
			continue
		}
		all = append(all, w)
	}
	return all
}

// code colours the code in a word, in place of the backquotes.
func (s *streams) code(word string) string {
	if !s.outColors {
		return word
	}
	parts := strings.Split(word, "`")
	for i := 1; i < len(parts); i += 2 {
		parts[i] = s.outColors.paint(cyan, parts[i])
	}
	return strings.Join(parts, "")
}
