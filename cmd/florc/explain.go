package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/project"
	"github.com/florc-lang/florc/lang/spell"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/vm"
)

var explainCommand = command{
	name:    "explain",
	usage:   "[flags] [CODE]",
	summary: "says what a code such as FLO0201 means",
	long:    "Says what the code of a diagnostic or of an error means, with an example.\nWithout a code it lists them all.",
	example: "florc explain FLO0003",
	setup: func(fs *pflag.FlagSet) action {
		asJSON := fs.Bool("json", false, "print JSON: an object, or an array without CODE")
		return func(_ context.Context, s *streams, args []string) error {
			if len(args) == 0 {
				return listPages(s, *asJSON)
			}
			code, err := oneArgument(args, "the code")
			if err != nil {
				return err
			}
			page, err := findPage(code)
			if err != nil {
				return err
			}
			if *asJSON {
				return printJSON(s.stdout, pageJSON(page))
			}
			s.explain(page)
			return nil
		}
	},
}

// pages returns the pages of every code, in their order.
func pages() []diag.Page {
	var all []diag.Page
	for _, ps := range [][]diag.Page{parser.Pages(), tree.Pages(), vm.Pages(), check.Pages(), project.Pages()} {
		all = append(all, ps...)
	}
	return all
}

// findPage finds the page of a code, which may be given as "FLO0201",
// "flo201" or "201".
func findPage(code string) (diag.Page, error) {
	digits := strings.TrimPrefix(strings.ToUpper(code), "FLO")
	full := "FLO" + strings.Repeat("0", max(0, 4-len(digits))) + digits
	var codes []string
	for _, p := range pages() {
		if string(p.Code) == full {
			return p, nil
		}
		codes = append(codes, string(p.Code))
	}
	hint := "'florc explain' lists the codes"
	if near := spell.Nearest(full, codes); near != "" {
		hint = fmt.Sprintf("did you mean %s? 'florc explain' lists the codes", near)
	}
	return diag.Page{}, badUsage(hint, "there is no code %q", code)
}

func pageJSON(p diag.Page) any {
	return struct {
		Code  diag.Code `json:"code"`
		Title string    `json:"title"`
		Why   string    `json:"why"`
		Bad   string    `json:"bad,omitempty"`
		Good  string    `json:"good,omitempty"`
	}{p.Code, p.Title, p.Why, p.Bad, p.Good}
}

func listPages(s *streams, asJSON bool) error {
	if asJSON {
		all := []any{}
		for _, p := range pages() {
			all = append(all, pageJSON(p))
		}
		return printJSON(s.stdout, all)
	}
	for _, p := range pages() {
		fmt.Fprintf(s.stdout, "%s  %s\n", s.outColors.paint(bold, string(p.Code)), p.Title)
	}
	return nil
}

// explain prints a page for a terminal.
func (s *streams) explain(p diag.Page) {
	fmt.Fprintf(s.stdout, "%s: %s\n\n%s\n", s.outColors.paint(bold, string(p.Code)), p.Title, s.prose(p.Why, ""))
	if p.Bad != "" {
		fmt.Fprintf(s.stdout, "\nWrong:\n\n%s", sample(p.Bad, "    "))
	}
	if p.Good != "" {
		fmt.Fprintf(s.stdout, "\nRight:\n\n%s", sample(p.Good, "    "))
	}
}

// sample shows a text that a page holds: what cannot be seen is made visible,
// what is long is cut.
func sample(text, margin string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		line = strings.ToValidUTF8(sanitize(strings.TrimRight(line, "\n")), "\ufffd")
		if runes := []rune(line); len(runes) > 100 {
			line = string(runes[:30]) + "…" + string(runes[len(runes)-30:])
		}
		b.WriteString(strings.TrimRight(margin+line, " ") + "\n")
	}
	return b.String()
}
