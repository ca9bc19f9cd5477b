package check_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
	"github.com/google/go-cmp/cmp"
)

// TestRules checks definitions line by line; what is expected of a line stands
// behind it, after "### ".
func TestRules(t *testing.T) {
	for _, src := range []string{
		// names
		"psuh l 1 ### FLO0301",
		"set l []\npush l cuont ### FLO0302",
		"alice 'work'",
		"bob 'work' ### FLO0301",
		"set a 1\ntrace a\nb + 1 ### FLO0302",
		"given + 1",
		"define f x\n  x + elt\nf 1",
		"each [ 1 ]\n  elt + idx",
		"elt ### FLO0302",
		"sequence\n  define f x\n    set y x ### FLO0315\n  f 1\n  y ### FLO0302",
		"sequence vars: { a: 1 }\n  a\na ### FLO0302",
		"sequence vars: given\n  anything",
		"define f\n  set gv.a 1\nf _\na",
		"define show\n  price\ndefine g\n  set price 2\n  show _\ng _",
		"define f \\ title\nf title: 'x'",
		"set \"a_$(given)\" 1\na_1",
		"set a b__2 c___\n  [ 1 2 3 4 ]\n[ a b c ]",
		"f.x\nv.given\ntag.x\nnode.nid\nexe.exid",
		"v.nada ### FLO0302",
		"\"$(nada) $(nada || given)\"",
		"set customer 1\n\"$(custmer) $(custmer || 'x')\" ### FLO0312",
		"\"$(upcse given)\" ### FLO0301",
		"match given\n  [ a b__2 ]; a + (length b)\n  { x: y }; y\n  (guard g (g > 1)); g\n  (bind h r/x/); h\n  other; 1 ### FLO0302",
		"case given\n  /a(.)/; match.1\n  else; matched",
		"cond\n  given; 1\n  esle; 2 ### FLO0302",
		"sequence\n  on error\n    msg\n  nada ### FLO0302", // information only
		"concurrence\n  on_merge\n    rets\n  1",
		"concurrence\n  on_receive\n    (length replies) == branch_count\n  1",
		"sequence\n  on_receive\n    replies ### FLO0302\n  1",
		"define fact n\n  fact (n - 1)\nfact 3",
		"ste l []\npush l 1 ### ", // said at line 1
		"map [ 1 ] (def v \\ v.n) ### FLO0313",
		"define f \\ f.ret",
		"set f 1 ### FLO0315\nf.ret",
		// attributes
		"sequence timout: '1s' ### FLO0303\n  stall _",
		"sequence tga: 'x' ### FLO0303\n  stall _",
		"task 'alice' 'x' timeot: '2d' ### FLO0303",
		"task 'alice' 'x' time: '2d' vers: 1 tagg: 2",
		"task 'x' timout: '1s' ### FLO0303",
		"sequence ref: 'x'\n  stall _",
		"set timout 'tag'\nsequence timout: 'x'\n  stall _",
		"slice [ 1 2 ] form: 1 ### FLO0303",
		// arguments
		"sleep _ ### FLO0304",
		"sleep for: '1s'",
		"sleep tag: 'x' ### FLO0304",
		"cursor\n  move _ ### FLO0304",
		// traps
		"trap tag: 'nada' ### FLO0326\n  def msg \\ trace msg.point",
		"trap tag: 'nada' range: 'execution' ### FLO0326\n  def msg \\ trace msg.point",
		"trap tag: 'nada' range: 'domain'\n  def msg \\ trace msg.point",
		"do-trap tag: 'nada' scope: 'subdomain'\n  trace msg.point",
		"trap tag: 'nada' range: given\n  def msg \\ trace msg.point",
		"mutex 'm' range: 'domian' ### FLO0346\n  task 'alice' 'x'",
		"launch 'nada'", // there may be such a flow
		"until tag: 'x' ### FLO0304",
		"until\n  true",
		"task tag: 'x' ### FLO0304",
		"task ref: 'alice'",
		"push _ ### FLO0304",
		// jumps
		"return 1 ### FLO0305",
		"define f \\ return 1",
		"each [ 1 ]\n  return 1",
		"break _ ### FLO0306",
		"continue ref: 'x' ### FLO0325",
		"until true\n  break _",
		"define f \\ break _",
		"move to: 'x' ### FLO0306",
		"until true\n  move to: 'x' ### FLO0306",
		"move 'main' to: 'x' ### FLO0325",
		"cursor\n  sequence\n    move to: 'x' ### FLO0309\n  'y' ### FLO0314",
		"cursor\n  move to: 'y'\n  'y'",
		"cursor\n  move to: y\n  _ y",
		"cursor\n  move to: 'push'\n  push f.l 1",
		"cursor\n  move to: given\n  1",
		"cursor\n  move to: 'x'\n  stall tag: given",
		"loop start: 'x' ### FLO0309\n  stall tag: 'y'",
		// durations and regular expressions
		"sleep '2x' ### FLO0307",
		"sleep for: 'soon' ### FLO0307",
		"sequence timeout: 'soon' ### FLO0307\n  stall _",
		"task 'alice' 'x' retry: 3\nsequence retry: [ '1s' 5 ]\n  stall _",
		"task 'alice' 'x' retry: 0 ### FLO0376",
		"task 'alice' 'x' retry: 'three' ### FLO0376",
		"task 'alice' 'x' retry: given",
		"task 'alice' 'x' retry: { count: given, delay: given, backoff: 'linear', max: '1h', jitter: 0.1, on: [ r/x/ 'y' ] }",
		"task 'alice' 'x' retry: { delay: given }",
		"task 'alice' 'x' retry: { count: -1 } ### FLO0376",
		"task 'alice' 'x' retry: { delay: '1s' } ### FLO0376",
		"task 'alice' 'x' retry: { count: 2, dealy: '1s' } ### FLO0376",
		"task 'alice' 'x' retry: { count: 2, delay: 'soon' } ### FLO0376",
		"task 'alice' 'x' retry: { count: 2, delay: '1s', backoff: 'cubic' } ### FLO0376",
		"undo ### FLO0377\n  task 'alice' 'x'",
		"sequence\n  undo ### FLO0377\n    task 'alice' 'x'",
		"saga\n  sequence\n    undo\n      task 'alice' err.msg",
		"define f\n  undo\n    task 'alice' 'x'\nsaga\n  f _",
		"set x 1\ngiven x retry: { count: 0 } ### FLO0376",
		"sleep '1h30m'\nsleep 3\nsleep \"$(given)s\"",
		"trace x ### FLO0378\nset x 1",
		"trace (map [ 1 ] (def n \\ n + x)) ### FLO0378\nset x 1",
		"define f n \\ n + x\nset x 1\nf 2",
		"\"$(x)\"\nset x 1\ntrace x",
		"sequence flank\n  sleep '1h'\n  trace x\nset x 1",
		"until f.done\n  trace x if f.again\n  sleep '1h'\n  set x 1",
		"define g x \\ x + 1\ng y ### FLO0378\nset y 1",
		"set o {}\neach [ 1 ]\n  set o[elt] 1 ### FLO0379\ntrace o",
		"set o {}\nset o['a'] 1\neach [ 1 ]\n  set o['a'] elt\ntrace o",
		"set o { a: 1 }\neach [ 1 ]\n  set o.a elt\ntrace o",
		"set o {}\nsequence\n  set o.a 1\ntrace o",
		"define f\n  set o {}\n  set o.a 1\n  o\nf _",
		"set k 'a'\ntask 'bob' 'x' k: 1 ### FLO0380\ntrace k",
		"set k 1\ntask 'bob' 'x' k: 1\ntrace k",
		"define n a\n  cond\n    a; 'b'\n    else; f.c\nset k (n 1)\ntask 'bob' 'x' k: 1 ### FLO0380\ntrace k",
		"match? 'a' r/(?=a)/ ### FLO0308",
		"match? 'a' r/a$(given)(/",
		// layout
		"sequence\n  1\n   2 ### FLO0310\n  3",
		"sequence\n  trace 'a'\n trace 'b' ### FLO0310\n  trace 'c'",
		"sequence\n trace 'a' ### FLO0310\n  trace 'b'\n  trace 'c'",
		"trace 'a'\n trace 'b' ### FLO0310\ntrace 'c'",
		"sequence\n trace 'a'\n trace 'b'",
		"sequence\n trace 'a'\n sequence\n  trace 'b'",
		"set f.a\n        1\nset f.b\n  2",
		"cond\n  given; 1\n  else; sequence\n    trace 'a'\n    trace 'b'",
		"if given\n    trace 'a'\nif given\n    trace 'b'\nif given\n    trace 'c'\nif given\n     trace 'd' ### FLO0310",
		// lines that are never run
		"stall _\n  trace 'a' ### FLO0311",
		"'x'\n  trace 'a' ### FLO0311",
		// what is never reached, read or called
		"define f\n  return 1\n  2 ### FLO0314\nf _",
		"define f x\n  return 1 if x\n  2\nf 1",
		"sequence tag: 'x'\n  stall _\ntrace 'after'",
		"cursor\n  move to: 'x'\n  trace 'b' tag: 'x'",
		"concurrence\n  stall _\n  trace 'a'",
		"loop\n  break _ ref: 'x' ### FLO0325\n  trace 'a'",
		"set a 1 ### FLO0315\ntrace 'x'",
		"set a 1\nsequence vars: [ 'a' ]\n  trace 'x'",
		"define g\n  trace seen\ndefine h\n  set seen 1\n  g _\nh _",
		"define f x ### FLO0316\n  f (x - 1)\ntrace 'x'",
		"define f x y ### FLO0317\n  trace x\nf 1 2",
		"define f x y\n  trace x\nmap [ 1 ] f",
		"define f x _y\n  trace x\nf 1 2",
		"define f x\n  trace args\nf 1",
		"alice ### FLO0319\ntrace 'x'",
		"map [ 1 ] (def x \\ alice)",
		"set f.a\n  alice\ntrace 'x'",
		"f.a = 1 ### FLO0320\ntrace 'x'",
		"f.a == 1\nset f.b\ntrace 'x'",
		// names that are taken
		"set max 1 ### FLO0321\ntrace (max [ 1 ])",
		"set max 1\ntrace max",
		"define p x\n  set p (x + 1) ### FLO0322\n  p\ntrace (p 1)",
		"case f.k\n  return; 1 ### FLO0323\n  else; 2",
		"set return 1\ncase f.k\n  return; 1\n  else; 2",
		// loops
		"set l [ 1 ]\nwhile (length l) > 0 ### FLO0324\n  trace 'x'",
		"set l [ 1 ]\nwhile (length l) > 0\n  alice 'take one'",
		"set l [ 1 ]\nwhile (length l) > 0\n  sleep '1s'",
		"set l [ 1 ]\nwhile (length l) > 0\n  set l []",
		"until f.done\n  task 'alice' 'do'",
		"each [ 1 ]\n  break _ ### FLO0367",
		"loop\n  each [ 1 ]\n    break _",
		// arguments
		"define f x\n  x + 1\ntrace (f 1 2) ### FLO0330",
		"define f x y\n  x + y\ntrace (f 1) ### FLO0331",
		"define f x y\n  x + (y or 1)\ntrace (f 1)",
		"define f x y: 2\n  x + y\ntrace (f 1)",
		"define f x y\n  x + y\ntrace (f 1 y: 2)",
		"define f\n  args.0\ntrace (f 1)",
		"max 1 ### FLO0333",
		"[ 1 2 ] | max _",
		"[ 1 2 ]\nincludes? 1",
		"concurrence expect: 2 ### FLO0334\n  alice 'a'",
		// said twice
		"trace { a: 1, b: 2 }",
		"task 'alice' 'x' a: 1 a: 2 ### FLO0336",
		"sequence tag: 'a' tag: 'b'\n  stall _",
		"cond\n  f.a > 1; 1\n  f.a > 1; 2 ### FLO0337\n  else; 3",
		"cond\n  (alice 'x'); 1\n  (alice 'x'); 2\n  else; 3",
		// conditions
		"set l []\nwhile (length l) ### FLO0340\n  push l 1",
		"while true\n  break _ if f.x",
		"trace 'x' if f.a or f.b",
		"set l []\nif empty? l ### FLO0341\n  trace 'x'",
		"set l []\ntrace 'x' if empty? l",
		"trace 'x' if f.a == f.b",
		"if f.a ### FLO0357\ntrace 'x'",
		"push f.l 1 if f.a\ntrace 'x'",
		// branches, handlers, time
		"concurrence\n  set f.a 1\n  set f.a 2 ### FLO0351\ntrace f.a",
		"concurrence expect: 1\n  set f.a 1\n  set f.a 2\ntrace f.a",
		"concurrence merge: 'top stack'\n  set f.a 1\n  set f.a 2\ntrace f.a",
		"concurrence\n  set f.a.b 1\n  set f.a.c 2\ntrace f.a",
		"sequence\n  on error\n    trace 'a'\n  on error 'x' ### FLO0350\n    trace 'b'\n  alice 'x'",
		"cursor\n  alice 'x'\n  on error\n    continue _",
		"define f x\n  set f.a x\neach [ 1 ]\n  f elt",
		"define f x\n  f x ### FLO0353\nf 1",
		"define f x\n  set x (x - 1)\n  f x if x > 0\nf 1",
		"sleep '10' ### FLO0352",
		"sleep '10s'\nsleep 10",
		// what does not parse brings nothing else about
		"define sum a b ( ### FLO0002\n  a + b\nsum 1 2",
		"set l [ 1 ### FLO0002\npush l 2",
	} {
		var want, lines []string
		for i, line := range strings.Split(src, "\n") {
			code, expect, _ := strings.Cut(line, " ### ")
			lines = append(lines, code)
			if expect != "" {
				want = append(want, fmt.Sprintf("%d %s", i+1, expect))
			}
		}
		opts := options()
		opts.Schema = opts.Schema.Merge(sig.Schema{Taskers: []sig.Tasker{{Name: "alice"}}, Vars: []sig.Var{{Name: "given"}}})
		ds := check.Check(source.NewFile("", strings.Join(lines, "\n")), opts)
		var got []string
		for _, d := range ds {
			if strings.Contains(src, "ste ") && d.Span.Start.Line == 1 {
				continue
			}
			got = append(got, fmt.Sprintf("%d %s", d.Span.Start.Line, d.Code))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s\n%s%s", src, diff, text(ds))
		}
	}
}

// TestSeverities checks what makes an error a warning, and the other way.
func TestSeverities(t *testing.T) {
	severity := func(src string, opts check.Options) diag.Severity {
		ds := check.Check(source.NewFile("", src), opts)
		if len(ds) != 1 {
			t.Fatalf("%s\n%s", src, text(ds))
		}
		return ds[0].Severity
	}
	opts := options()
	strict := opts
	strict.Schema.AllTaskers = true
	for _, c := range []struct {
		src  string
		opts check.Options
		want diag.Severity
	}{
		{"alice 'work'", opts, diag.Warning},
		{"alice 'work'", strict, diag.Error},
		{"push f.l xyzzy", opts, diag.Error},
		{"sequence on_error: (def err \\ 1)\n  push f.l xyzzy", opts, diag.Info},
		{"sequence on_error: (def err \\ 1)\n  push f.l sequnce", opts, diag.Error},
	} {
		if got := severity(c.src, c.opts); got != c.want {
			t.Errorf("%s: %s, want %s", c.src, got, c.want)
		}
	}
}

// TestFixes applies the fixes of a definition.
func TestFixes(t *testing.T) {
	src := "set counter 1\nsequence timout: '1h'\n  push f.l conter\n\"$(countr)\"\nsequnce\n  1\n"
	file := source.NewFile("", src)
	ds := check.Check(file, options())
	for i := len(ds) - 1; i >= 0; i-- {
		if ds[i].Fix == nil {
			t.Errorf("no fix: %s", text(ds[i:i+1]))
			continue
		}
		for _, e := range ds[i].Fix.Edits {
			from, to := file.Offsets(e.Span)
			src = src[:from] + e.NewText + src[to:]
		}
	}
	want := "set counter 1\nsequence timeout: '1h'\n  push f.l counter\n\"$(counter)\"\nsequence\n  1\n"
	if diff := cmp.Diff(want, src); diff != "" {
		t.Error(diff)
	}
}

// TestPages runs the example of each code, and its mended form.
func TestPages(t *testing.T) {
	for _, p := range check.Pages() {
		if p.Title == "" || p.Why == "" || (p.Bad == "") != (p.Good == "") {
			t.Errorf("%s: a part of its page is missing", p.Code)
		}
		if p.Bad == "" {
			continue // it takes several files; TestFiles has examples
		}
		opts := options()
		opts.Levels = map[diag.Code]check.Level{}
		opts.Schema.Flows, opts.Schema.AllFlows = []sig.Flow{{Name: "invoice"}}, true
		if p.OptIn {
			opts.Levels[p.Code] = check.Warning
		}
		ds := check.Check(source.NewFile("", p.Bad), opts)
		if len(ds) != 1 || ds[0].Code != p.Code {
			t.Errorf("%s\n%s%s", p.Code, p.Bad, text(ds))
		}
		if ds := check.Check(source.NewFile("", p.Good), opts); len(ds) > 0 {
			t.Errorf("%s\n%s%s", p.Code, p.Good, text(ds))
		}
	}
}

// TestMissingArguments calls every procedure without an argument: where check
// calls that an error, it is one.
func TestMissingArguments(t *testing.T) {
	lib := stdlib.All()
	for _, p := range lib.Procedures() {
		for _, name := range p.Sig.Names {
			file := source.NewFile("", name+" _\n")
			ds := check.Check(file, options())
			if !diag.HasErrors(ds) {
				continue
			}
			f, _ := parser.Parse(file, parser.Options{})
			root, _ := tree.Lower(f)
			x := vm.New(vm.Compile(lib, root), vm.Launch{ID: "test", NowMicros: 1, Seed: 1})
			x.Run()
			failed := false
			for _, e := range x.TakeEffects() {
				_, is := e.(vm.FailedEffect)
				failed = failed || is
			}
			if !failed {
				t.Errorf("%s runs\n%s", file.Text, text(ds))
			}
		}
	}
}

func FuzzCheck(f *testing.F) {
	for _, d := range corpus(f) {
		f.Add(d.text)
	}
	c := check.New(options())
	f.Fuzz(func(t *testing.T, src string) {
		file := source.NewFile("", src)
		for _, d := range c.Check(file) {
			if s := d.Span; !s.IsValid() || s.Start.Line != s.End.Line || s.End.Compare(s.Start) < 0 || file.Offset(s.End) > len(src) {
				t.Errorf("%q: %v %s", src, s, text([]diag.Diagnostic{d}))
			}
		}
	})
}

func BenchmarkCheck(b *testing.B) {
	var src strings.Builder
	for src.Len() < 400_000 {
		for _, d := range corpus(b) {
			if !d.fails && strings.HasPrefix(d.text, "set") {
				src.WriteString("define f\n  " + strings.ReplaceAll(d.text, "\n", "\n  ") + "\n")
			}
		}
	}
	file := source.NewFile("", src.String())
	c := check.New(options())
	b.ReportMetric(float64(file.LineCount()), "lines")
	for b.Loop() {
		c.Check(file)
	}
}
