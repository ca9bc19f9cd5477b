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
		names, margin := strings.Join(p.PublicNames(), ", "), strings.Repeat(" ", 24)
		text := s.prose(sig.FirstSentence(p.Doc), margin)
		if len(names) <= 20 {
			text = text[2+len(names):]
		} else {
			text = "\n" + text
		}
		fmt.Fprintf(s.stdout, "  %s%s\n", s.outColors.paint(cyan, names), text)
	}
	return nil
}

// page shows the page of a procedure.
func (s *streams) page(p *sig.Proc) {
	heading := func(text string) { fmt.Fprintf(s.stdout, "\n%s\n", s.outColors.paint(bold, text)) }
	item := func(name string, rest ...string) {
		fmt.Fprintf(s.stdout, "  %s\n%s\n", s.outColors.paint(cyan, name), s.prose(strings.Join(rest, " "), "      "))
	}
	fmt.Fprintf(s.stdout, "%s\n\n", s.outColors.paint(bold, strings.Join(p.PublicNames(), ", ")+" ("+string(p.Group)+")"))
	for _, line := range p.Usage() {
		fmt.Fprintf(s.stdout, "  %s\n", line)
	}
	fmt.Fprintf(s.stdout, "\n%s\n", s.prose(p.Doc, ""))
	if len(p.Args) > 0 {
		heading("Arguments")
		for _, a := range p.Args {
			item(a.Name+" ("+a.Kind()+")", a.Doc)
		}
	}
	if len(p.Attrs) > 0 {
		heading("Attributes")
		for _, a := range p.Attrs {
			item(a.Keys()+" ("+string(a.Type)+")", a.Doc, a.DefaultText())
		}
	}
	heading("Body")
	fmt.Fprintln(s.stdout, s.prose(p.Body.Text(), "  "))
	heading("Result")
	fmt.Fprintln(s.stdout, s.prose(p.Result, "  "))
	for _, e := range p.Examples {
		heading("Example: " + e.Title)
		fmt.Fprint(s.stdout, sample(e.Text(), "  "))
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
