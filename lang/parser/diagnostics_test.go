package parser_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

// faulty holds texts with what is expected of them: at the end of a line,
// after ###, code, columns and message of the diagnostic of that line, with ‹›
// for backquotes. Cases are parted by lines of dashes.
const faulty = `
push f.l (+ 1 2            ### FLO0002 10-11 this ‹(› is never closed
push f.l 3
----
sequence
  set a [ 1 2              ### FLO0002 9-10 this ‹[› is never closed
    3 4
  set b 2
  set c (d { e: 1          ### FLO0002 12-13 this ‹{› is never closed
    f: 2
  task 'bob'
----
task 'bob                  ### FLO0003 6-10 this string is not closed
task "bob                  ### FLO0003 6-10 this string is not closed
task "a$(b)c               ### FLO0003 6-7 this string is not closed
task "bob $(x              ### FLO0002 11-13 this ‹$(› is never closed
task 'al'
----
set a [ 'x                 ### FLO0003 9-11 this string is not closed
  'y' ]
set b 1
----
set x """                  ### FLO0003 7-10 this string is not closed
  never (closed
set b 1
----
f "\q"                     ### FLO0004 4-6 ‹\q› is no escape
f '\ud83d'                 ### FLO0004 4-10 ‹\ud83d› is no escape
f '\u12'                   ### FLO0004 4-8 ‹\u12› is no escape
f "a\q$(b)"                ### FLO0004 5-7 ‹\q› is no escape
----
f (+ 1 2))                 ### FLO0005 10-11 nothing is open here that this ‹)› closes
a ]                        ### FLO0005 3-4 nothing is open here that this ‹]› closes
b                          
} c                        ### FLO0005 1-2 nothing is open here that this ‹}› closes
----
f 1e999                    ### FLO0006 3-8 this number is too large
----
push a if                  ### FLO0007 8-10 a condition is expected after ‹if›
x if y tag: 'z'            ### FLO0007 8-11 a keyed attribute after a postfix ‹if›
----
a [ 1 ) b                  ### FLO0001 7-8 the items of an array, or ‹]›, are expected, found ‹)›
a ( [ 1 )                  ### FLO0002 5-6 this ‹[› is never closed
a [ b: c ]                 ### FLO0001 6-7 the items of an array, or ‹]›, are expected, found ‹:›
a { b }                    ### FLO0001 7-8 ‹:› and a value are expected after a key, found ‹}›
a { b: }                   ### FLO0001 8-9 a value is expected after ‹:›, found ‹}›
a { : 1 }                  ### FLO0001 5-6 the entries of an object, each ‹key: value›, or ‹}›, are expected, found ‹:›
f.a[1,]                    ### FLO0001 7-8 an index is expected: [1], [1, 2], [1:3], [1:7:2], or several parted by ‹;›, found ‹]›
f.a[;1]                    ### FLO0001 5-6 an index is expected: [1], [1, 2], [1:3], [1:7:2], or several parted by ‹;›, found ‹;›
f ()                       ### FLO0001 4-5 something is expected between the parentheses, found ‹)›
f "$()"                    ### FLO0001 6-7 something is expected within ‹$(…)›, found ‹)›
f "$(a||)"                 ### FLO0001 9-10 something is expected within ‹$(…)›, found ‹)›
----
a || b                     ### FLO0001 3-5 ‹||› stands only within ‹$(…)›, between alternatives
a: 1                       ### FLO0001 2-3 a key stands where the head of a line is expected
, b                        ### FLO0001 1-2 a head is expected here, found ‹,›
a b: c: d                  ### FLO0001 7-8 an attribute or the end of the line is expected, found ‹:›
a b,, c                    ### FLO0001 5-6 an attribute is expected after the comma, found ‹,›
a b: , c                   ### FLO0001 6-7 a value is expected after ‹:›, found ‹,›
a => b                     ### FLO0001 4-5 a value is expected after ‹=›, found ‹>›
a. b                       ### FLO0001 2-3 a stray ‹.›
----
a b
  c ) d                    ### FLO0005 5-6 nothing is open here that this ‹)› closes
    e f
  g
task 'bob', due:           ### FLO0001 16-17 a value is expected after ‹:›, found the end of the line
`

func unquote(s string) string { return strings.NewReplacer("‹", "", "›", "", "`", "").Replace(s) }

func parse(text string) (*ast.File, []diag.Diagnostic) {
	return parser.Parse(source.NewFile("test.flo", text), parser.Options{})
}

func TestDiagnostics(t *testing.T) {
	for _, c := range strings.Split(faulty, "----\n") {
		var text, want []string
		for i, line := range strings.Split(strings.TrimSpace(c), "\n") {
			line, expected, found := strings.Cut(line, "###")
			text = append(text, strings.TrimRight(line, " "))
			if found {
				want = append(want, fmt.Sprintf("%d: %s", i+1, unquote(strings.TrimSpace(expected))))
			}
		}
		file, diags := parse(strings.Join(text, "\n"))
		var got []string
		for _, d := range diags {
			if d.Span.End.Line != d.Span.Start.Line {
				t.Errorf("%v spans several lines", d)
			}
			got = append(got, fmt.Sprintf("%d: %s %d-%d %s", d.Span.Start.Line, d.Code, d.Span.Start.Column, d.Span.End.Column, unquote(d.Message)))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%s", strings.Join(text, "\n"), diff)
		}
		checkRanges(t, file)
	}
}

// checkRanges checks that the ranges of nodes lie within the text and within
// one another, and that those beside one another do not overlap.
func checkRanges(t testing.TB, file *ast.File) {
	t.Helper()
	text := file.Source.Text
	ast.Walk(file, func(base int, n ast.Node) bool {
		r := n.Bounds()
		if r.Start < 0 || r.End < r.Start || base+r.End > len(text) {
			t.Fatalf("%T has the range %v from %d in a text of %d bytes\n%s", n, r, base, len(text), text)
		}
		if name, ok := n.(*ast.Name); ok && file.Text(base, name) != name.Text {
			t.Fatalf("the name %s stands at %q\n%s", name.Text, file.Text(base, name), text)
		}
		at := r.Start
		within := func(m ast.Node) bool {
			if m == n {
				return true
			}
			if b := m.Bounds(); b.Start < at || b.End > r.End {
				t.Fatalf("%T %v does not lie within %T %v after %d\n%s", m, b, n, r, at, text)
			}
			if s, ok := n.(*ast.Stmt); !ok || len(s.Bad) == 0 {
				at = m.Bounds().End // in a bad line attributes may follow a condition
			}
			return false
		}
		switch n := n.(type) {
		case *ast.Stmt:
			ast.Inspect(n, within)
		case ast.Expr:
			ast.Inspect(n, within)
		}
		return true
	})
	at := 0
	for _, c := range file.Comments {
		if c.Start < at || c.End > len(text) || !strings.HasPrefix(text[c.Start:], "#") && !strings.HasPrefix(text[c.Start:], "//") {
			t.Fatalf("a comment at %v\n%s", c.Range, text)
		}
		at = c.End
	}
}

func TestPages(t *testing.T) {
	seen := map[diag.Code]bool{}
	for _, p := range parser.Pages() {
		if seen[p.Code] || p.Title == "" || p.Why == "" {
			t.Errorf("the page of %s is met twice, or has no title or reason", p.Code)
		}
		seen[p.Code] = true
		if _, diags := parse(p.Good); len(diags) > 0 {
			t.Errorf("%s: the good example gets %s: %s", p.Code, diags[0].Code, diags[0].Message)
		}
		if p.Bad == "" {
			continue
		}
		_, diags := parse(p.Bad)
		if len(diags) == 0 {
			t.Errorf("%s: nothing is found in the bad example", p.Code)
		}
		for _, d := range diags {
			if d.Code != p.Code {
				t.Errorf("%s: the bad example gets %s: %s", p.Code, d.Code, d.Message)
			}
		}
	}
}

func TestBounds(t *testing.T) {
	lines := func(n int, line func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(line(i))
		}
		return b.String()
	}
	deep := func(i int) string { return strings.Repeat(" ", i) + "a\n" }
	cases := []struct {
		name, text string
		opts       parser.Options
		want       diag.Code
	}{
		{"parentheses", strings.Repeat("(", 1<<20), parser.Options{}, "FLO0010"},
		{"parentheses on a line too long", strings.Repeat("(", 5<<20), parser.Options{}, "FLO0011"},
		{"parentheses on lines", strings.Repeat("(\n", 2<<20), parser.Options{}, "FLO0002"},
		{"brackets", "a " + strings.Repeat("[", 600), parser.Options{}, "FLO0010"},
		{"dollars", strings.Repeat(`"$(`, 600), parser.Options{}, "FLO0010"},
		{"regular expressions", strings.Repeat(`/$(`, 300_000), parser.Options{}, "FLO0010"},
		{"regular expressions with strings", strings.Repeat(`/$(" `, 200_000), parser.Options{}, "FLO0010"},
		{"operators", "a" + strings.Repeat(" < b > c", 1000), parser.Options{}, "FLO0010"},
		{"postfixes", "a" + strings.Repeat(" if b", 1000), parser.Options{}, "FLO0010"},
		{"joins in parentheses", "(" + strings.Repeat("a \\ ", 100_000) + "a)", parser.Options{}, "FLO0010"},
		{"joins", strings.Repeat("a \\ ", 100_000) + "a", parser.Options{}, "FLO0010"},
		{"indentation", lines(800, deep), parser.Options{}, "FLO0010"},
		{"a line", "a '" + strings.Repeat("x", 10<<20) + "'", parser.Options{}, "FLO0011"},
		{"lines joined by commas", "a b" + strings.Repeat(",\n  c", 400_000), parser.Options{}, "FLO0011"},
		{"a file", strings.Repeat("a\n", 9<<20), parser.Options{}, "FLO0012"},
		{"a NUL", "a\nb \x00\nc", parser.Options{}, "FLO0009"},
		{"bytes", "a\nb '\xc3'\nc", parser.Options{}, "FLO0009"},
		{"bytes in a comment", "a\nb # \xc3\nc", parser.Options{}, "FLO0009"},
		{"a control character", "a\nb \x02\nc", parser.Options{}, "FLO0008"},
		{"small depth", "a (b (c (d)))", parser.Options{MaxDepth: 2}, "FLO0010"},
		{"small line", "a\nb 'cccccccccc'\nd", parser.Options{MaxLineBytes: 8}, "FLO0011"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			file, diags := parser.Parse(source.NewFile("", c.text), c.opts)
			if c.name == "parentheses on lines" {
				if len(diags) != 10_001 || diags[10_000].Code != "FLO0013" {
					t.Fatal(len(diags), "diagnostics")
				}
				diags = diags[:1]
			}
			if len(diags) != 1 || diags[0].Code != c.want {
				t.Fatalf("%d diagnostics: %.300s", len(diags), fmt.Sprint(diags))
			}
			tree.Lower(file)
		})
	}
	t.Run("many unclosed brackets", func(t *testing.T) {
		if _, diags := parse(strings.Repeat("a (b\n", 9_000)); len(diags) != 9_000 {
			t.Fatal(len(diags), "diagnostics")
		}
	})
}
