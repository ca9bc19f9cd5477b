package format_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/format"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
)

var update = flag.Bool("update", false, "rewrite golden files")

func parse(f *source.File) *ast.File {
	file, _ := parser.Parse(f, parser.Options{})
	return file
}

// reformat formats a text and checks what holds for every text.
func reformat(t testing.TB, text string, opts format.Options) string {
	t.Helper()
	opts.Parse = parse
	file := parse(source.NewFile("", text))
	got, edits, err := format.Source(file, opts)
	if err != nil {
		t.Fatalf("%v\n%q", err, text)
	}
	if applied := apply(t, text, edits); applied != got {
		t.Fatalf("the edits give something else (-text +edits):\n%s\n%q", cmp.Diff(got, applied), text)
	}
	want, was := meaning(text)
	meant, is := meaning(got)
	if meant != want || len(is) != len(was) {
		t.Fatalf("the meaning has changed:\n%s\n%s\n%q", cmp.Diff(want, meant), cmp.Diff(was, is), text)
	}
	if a, b := solid(text), solid(got); a != b {
		t.Fatalf("more than blanks has changed:\n%s\n%q", cmp.Diff(a, b), text)
	}
	if opts.First == 0 && opts.Last == 0 {
		again, edits, err := format.Source(parse(source.NewFile("", got)), opts)
		if err != nil || again != got || len(edits) > 0 {
			t.Fatalf("formatted again: %v\n%s\n%q", err, cmp.Diff(got, again), text)
		}
	}
	return got
}

// meaning returns the tree of a text without positions, and what is wrong
// with it.
func meaning(text string) (string, []diag.Diagnostic) {
	file, diags := parser.Parse(source.NewFile("", text), parser.Options{})
	root, _ := tree.Lower(file)
	var b strings.Builder
	b.Write(tree.AppendJSON(nil, root, tree.Bare))
	for i := range file.Comments {
		c := file.Comments[i]
		fmt.Fprintf(&b, "\n%t %s", c.OwnLine, strings.TrimRight(text[c.Start:c.End], " \t"))
	}
	return b.String(), diags
}

// solid returns the characters of a text that are no blanks.
func solid(text string) string {
	return strings.NewReplacer(" ", "", "\t", "", "\r", "", "\n", "").Replace(text)
}

func apply(t testing.TB, text string, edits []format.Edit) string {
	t.Helper()
	var b strings.Builder
	at := 0
	file := source.NewFile("", text)
	for i, e := range edits {
		from, to := file.Offsets(e.Span)
		if from < at || i > 0 && from == at {
			t.Fatalf("edit %d touches the one before: %+v", i, edits)
		}
		if text[from:to] == e.Text {
			t.Fatalf("edit %d changes nothing: %+v", i, e)
		}
		b.WriteString(text[at:from])
		b.WriteString(e.Text)
		at = to
	}
	return b.String() + text[at:]
}

// TestGolden formats what testdata holds. A name such as lines-2-4.flo says
// which lines to format.
func TestGolden(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			var out []txtar.File
			for i, in := range archive.Files {
				if strings.HasSuffix(in.Name, ".want") {
					continue
				}
				var opts format.Options
				fmt.Sscanf(in.Name, "lines-%d-%d", &opts.First, &opts.Last)
				got := reformat(t, string(in.Data), opts)
				out = append(out, in, txtar.File{Name: in.Name + ".want", Data: []byte(got)})
				if *update {
					continue
				}
				if i+1 == len(archive.Files) || archive.Files[i+1].Name != in.Name+".want" {
					t.Fatalf("%s has no golden text; go test -update makes it", in.Name)
				}
				if diff := cmp.Diff(string(archive.Files[i+1].Data), got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", in.Name, diff)
				}
			}
			if *update {
				archive.Files = out
				if err := os.WriteFile(file, txtar.Format(archive), 0o666); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// corpus returns the texts of the conformance cases, of the examples, and of
// the samples in the documentation.
func corpus(t testing.TB) []string {
	t.Helper()
	var texts []string
	files, err := filepath.Glob("../../testdata/conformance/*.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range files {
		f, err := os.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		lines := bufio.NewScanner(f)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var c struct{ Src string }
			if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
				t.Fatal(err)
			}
			texts = append(texts, c.Src)
		}
	}
	for _, dir := range []string{"../../examples", "../../docs", "../../cmd/florc/testdata/wrong"} {
		err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			data, err := os.ReadFile(path)
			switch filepath.Ext(path) {
			case ".flo":
				texts = append(texts, string(data))
			case ".md":
				for i, part := range strings.Split("\n"+string(data), "\n```") {
					if sample, ok := strings.CutPrefix(part, "flor\n"); ok && i%2 == 1 {
						texts = append(texts, sample+"\n")
					}
				}
			}
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	if len(texts) < 1000 {
		t.Fatalf("found %d texts only", len(texts))
	}
	return texts
}

func TestCorpus(t *testing.T) {
	for _, text := range corpus(t) {
		reformat(t, text, format.Options{})
		for _, eol := range []string{"\r\n", "\r"} {
			got := reformat(t, strings.ReplaceAll(text, "\n", eol), format.Options{})
			if strings.Contains(strings.ReplaceAll(got, eol, ""), "\n") {
				t.Fatalf("the line ends of %q are lost: %q", text, got)
			}
		}
	}
}

// TestLines formats a few lines of each text.
func TestLines(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, text := range corpus(t) {
		for _, text := range []string{text, mangle(text, random)} {
			first := 1 + random.IntN(strings.Count(text, "\n")+1)
			last := first + random.IntN(3)
			reformat(t, text, format.Options{First: first, Last: last})
			file := parse(source.NewFile("", text))
			_, edits, err := format.Source(file, format.Options{First: first, Last: last, Parse: parse})
			if err != nil {
				t.Fatal(err)
			}
			first, last = widen(file, file.Lines, first, last)
			for _, e := range edits {
				if int(e.Span.Start.Line) < first || int(e.Span.End.Line) > last+1 {
					t.Errorf("formatting the lines %d to %d changes others of\n%s\n%+v", first, last, text, e)
				}
			}
		}
	}
}

// widen adds to a stretch of lines what belongs to the logical lines in it,
// and blank lines around it.
func widen(f *ast.File, lines []*ast.Line, first, last int) (int, int) {
	for _, l := range lines {
		s := f.Span(f.Base(l), l.Stmt)
		if from, to := int(f.Source.Pos(f.Base(l)).Line), int(s.End.Line); from <= last && to >= first {
			first, last = min(first, from), max(last, to)
		}
		first, last = widen(f, l.Children, first, last)
	}
	blank := func(n int) bool { return strings.Trim(f.Source.Line(n), " \t") == "" }
	for first > 1 && blank(first-1) {
		first--
	}
	for last <= f.Source.LineCount() && blank(last+1) {
		last++
	}
	return first, last
}

func parses(text string) bool {
	_, diags := meaning(text)
	return len(diags) == 0
}

// TestMangled changes the layout of formatted texts in ways that leave their
// meaning as it is, and formats them again.
func TestMangled(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	tried, mangled := 0, 0
	for _, text := range corpus(t) {
		want := reformat(t, text, format.Options{})
		ends := 0
		for _, c := range parse(source.NewFile("", want)).Comments {
			if !c.OwnLine {
				ends++
			}
		}
		if !parses(want) || ends > 1 {
			continue // comments in one column stay in one
		}
		meant, _ := meaning(want)
		for range 5 {
			tried++
			changed := mangle(want, random)
			if m, _ := meaning(changed); m != meant || changed == want {
				continue
			}
			mangled++
			if got := reformat(t, changed, format.Options{}); got != want {
				t.Fatalf("formatted (-want +got):\n%s\n%s\n%q", cmp.Diff(want, got), changed, changed)
			}
		}
	}
	if mangled*4 < tried*3 {
		t.Errorf("%d of %d texts could be changed", mangled, tried)
	}
}

// mangle changes the layout of a text, and with some bad luck its meaning.
func mangle(text string, random *rand.Rand) string {
	unit := []string{" ", "   ", "    ", "\t", "\t\t"}[random.IntN(5)]
	var b strings.Builder
	quote := byte(0)
	triple := strings.Contains(text, "'''") || strings.Contains(text, `""""`)
	for _, line := range strings.SplitAfter(text, "\n") {
		body := strings.TrimLeft(line, " ")
		indent := len(line) - len(body)
		b.WriteString(strings.Repeat(unit, indent/2) + strings.Repeat(" ", indent%2))
		plain := !strings.ContainsAny(body, "/#$")
		for i := range len(body) {
			c := body[i]
			switch {
			case quote != 0 && c == '\\':
			case c == '\'' || c == '"':
				if quote == 0 {
					quote = c
				} else if quote == c {
					quote = 0
				}
			case quote != 0 || !plain:
			case c == ' ':
				b.WriteString(strings.Repeat(" ", random.IntN(2)))
			case strings.IndexByte(",)]}", c) >= 0 && random.IntN(4) == 0:
				b.WriteString(" ")
			}
			if c == '\n' && quote == 0 {
				b.WriteString(strings.Repeat(" ", random.IntN(2)))
			}
			b.WriteByte(c)
			if quote == 0 && plain && (c == '(' || c == '{') && random.IntN(4) == 0 {
				b.WriteString("  ")
			}
		}
		if line == "\n" && !triple {
			b.WriteString(strings.Repeat(" \n", random.IntN(3)))
		}
	}
	return b.String() + strings.Repeat("\n", random.IntN(3))
}

// TestExamplesAreFormatted fails where florc fmt would change an example.
func TestExamplesAreFormatted(t *testing.T) {
	files, err := filepath.Glob("../../examples/*/*.flo")
	if err != nil || len(files) == 0 {
		t.Fatal(len(files), err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(string(text), reformat(t, string(text), format.Options{})); diff != "" {
			t.Errorf("%s (-is +formatted):\n%s", file, diff)
		}
	}
}

// TestChanged has the check of the result find that it says something else.
func TestChanged(t *testing.T) {
	other := func(*source.File) *ast.File { return parse(source.NewFile("", "something else")) }
	text, edits, err := format.Source(parse(source.NewFile("", "a  b")), format.Options{Parse: other})
	if text != "a  b" || len(edits) > 0 || !errors.Is(err, format.ErrChanged) {
		t.Errorf("%q, %v, %v", text, edits, err)
	}
}

func TestEdits(t *testing.T) {
	text := "sequence\n    alice  'é'\n\n\n\tbob 1 # x\n"
	_, edits, err := format.Source(parse(source.NewFile("", text)), format.Options{Parse: parse})
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, e := range edits {
		fmt.Fprintf(&got, "%s-%s %q\n", e.Span.Start, e.Span.End, e.Text)
	}
	const want = `2:3-2:11 "alice"
4:1-5:7 "  bob 1 "
`
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Error(diff)
	}
}

func FuzzFormat(f *testing.F) {
	for _, text := range corpus(f) {
		f.Add(text, 0, 0)
	}
	f.Add("a \\\n  b (\n  c\n\n # d\ne", 2, 3)
	f.Fuzz(func(t *testing.T, text string, first, last int) {
		reformat(t, text, format.Options{})
		if first > 0 && last >= first {
			reformat(t, text, format.Options{First: first, Last: last})
		}
	})
}

func BenchmarkFormat10k(b *testing.B) {
	var text strings.Builder
	for i := range 1000 {
		fmt.Fprintf(&text, "define step_%d order customer_%d # number %d\n", i, i, i)
		fmt.Fprintf(&text, "    sequence tag: 'stage_%d', timeout:'%dh'\n", i, i%48)
		fmt.Fprintf(&text, "      set f.total_%d (f.price * %d + f.shipping - 3)\n", i, i)
		fmt.Fprintf(&text, "      task 'agent_%d' context: \"order $(f.order.id) of $(f.customer.%d)\" due: now\n", i, i)
		fmt.Fprintf(&text, "      push f.log [%d, 'step', {name: \"n%d\", done: true}]\n\n\n", i, i)
		fmt.Fprintf(&text, "      alert_%d _ if f.total_%d > %d and f.vip\n", i, i, i*3)
		fmt.Fprintf(&text, "      map f.items\\def x%d\\+ x%d %d\n", i, i, i)
		fmt.Fprintf(&text, "      match? f.name_%d, r/^[a-z]+%d$/i\n", i, i)
	}
	file := parse(source.NewFile("", text.String()))
	formatted, _, err := format.Source(file, format.Options{Parse: parse})
	if err != nil {
		b.Fatal(err)
	}
	check := parse(source.NewFile("", formatted))
	for name, parse := range map[string]func(*source.File) *ast.File{
		"alone":   func(*source.File) *ast.File { return check },
		"parsing": parse,
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(text.Len()))
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := format.Source(file, format.Options{Parse: parse}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
