package main

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/vm"
)

var showCommand = command{
	name:    "show",
	usage:   "[flags] EXID",
	summary: "shows an execution: its tree, what it waits for, what failed",
	long: `Shows an execution: its tree, with what is done, what waits and what failed; what
it waits for, since when and until when; its errors, payload and variables.

--at shows it as an earlier commit left it; florc log lists the commits.`,
	example: `florc show --store orders bakidofunami
florc show --store orders --at 3 bakidofunami
florc show --json main-u0-20261121.1844.bakidofunami | jq .payload`,
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		at := fs.Uint64("at", 0, "as the commit `N` left it")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			part, err := oneArgument(args, "the execution")
			if err != nil {
				return err
			}
			return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
				exid, err := u.find(ctx, part)
				if err != nil {
					return err
				}
				v, err := u.Execution(ctx, exid, *at)
				if err != nil {
					return err
				}
				d, err := definitionOf(v)
				if err != nil {
					return err
				}
				if o.json {
					return printJSON(s.stdout, newShowJSON(v, d))
				}
				tasks, err := u.Tasks(ctx, exid)
				if err != nil {
					return err
				}
				sh := shown{s: s, v: v, def: d, tasks: tasks, begun: begun(ctx, u, v)}
				sh.print(time.Now())
				return nil
			})
		}
	},
}

// showJSON is an execution as programs read it.
type showJSON struct {
	*runtime.View
	Payload value.Value `json:"payload"`
	Vars    value.Value `json:"vars"`
	Errors  []errorJSON `json:"errors"`
}

func newShowJSON(v *runtime.View, d *definition) showJSON {
	j := showJSON{View: v, Payload: orEmpty(v.Payload), Vars: orEmpty(v.Vars), Errors: []errorJSON{}}
	for _, e := range v.Errors {
		j.Errors = append(j.Errors, d.errorJSON(e.Error))
	}
	return j
}

// maxReplay is how long show replays an execution to see what is done in it.
const maxReplay = 2 * time.Second

// begun returns the places in the tree that an execution has come to, nil where
// that would take too long to find out.
func begun(ctx context.Context, u *unit, v *runtime.View) map[string]bool {
	ctx, cancel := context.WithTimeout(ctx, maxReplay)
	defer cancel()
	places := make(map[string]bool)
	for e, err := range u.Log(ctx, v.Exid, runtime.LogOptions{Internal: true}) {
		if err != nil {
			return nil
		}
		if e.Seq > v.Seq {
			break
		}
		for i := range e.Messages {
			if m := &e.Messages[i]; m.Point == string(vm.Execute) {
				places[placeOf(m.Nid)] = true
			}
		}
	}
	return places
}

// placeOf returns the place in the tree of a node.
func placeOf(nid string) string {
	place, _, _ := strings.Cut(nid, "-")
	return place
}

// shown is an execution that is shown to a person.
type shown struct {
	s     *streams
	v     *runtime.View
	def   *definition
	tasks []*runtime.Task
	begun map[string]bool
	// grafts are the trees of nodes that are not what the tree has, by place.
	grafts map[string]*tree.Node
}

func (sh *shown) print(now time.Time) {
	w, p, v := sh.s.stdout, sh.s.outColors, sh.v
	fmt.Fprintf(w, "%s  %s\n\n", p.paint(bold, v.Exid), p.paint(statusStyle(string(v.Status)), string(v.Status)))
	t := table{indent: "  "}
	fact := func(name, text string) {
		if text != "" {
			t.add(cell{name, dim}, cell{text: text})
		}
	}
	fact("name", v.Name)
	fact("file", v.File)
	fact("domain", v.Domain)
	if v.Parent != nil {
		fact("parent", v.Parent.Exid+" "+v.Parent.Nid)
	}
	fact("launched", timeAndAge(v.Launched, now))
	if v.Ended != nil {
		fact("ended", timeAndAge(*v.Ended, now))
	}
	fact("commits", strconv.FormatUint(v.Seq, 10))
	t.write(w, p, sh.s.columns)

	sh.section("tree")
	sh.printTree()
	if len(v.Waiting) > 0 {
		sh.section("waits for")
		showWaiting(w, p, sh.s.columns, v, sh.tasks)
	}
	if len(v.Errors) > 0 {
		sh.section("errors")
		for i, e := range v.Errors {
			if i > 0 {
				fmt.Fprintln(w)
			}
			p.show(w, sh.def.findingOf(e.Error, v.Nodes))
		}
	}
	sh.printValue("payload", v.Payload)
	sh.printValue("vars", v.Vars)
}

func (sh *shown) section(title string) {
	fmt.Fprintf(sh.s.stdout, "\n%s\n", sh.s.outColors.paint(bold, title))
}

func (sh *shown) printValue(title string, v value.Value) {
	if v.IsObject() && v.AsObject().Len() > 0 {
		sh.section(title)
		text := sanitize(layOut(value.AppendJSON(nil, v), sh.s.width-2))
		fmt.Fprintln(sh.s.stdout, "  "+strings.ReplaceAll(text, "\n", "\n  "))
	}
}

// printTree prints the tree, a line for each line of the definition, with how
// it stands.
func (sh *shown) printTree() {
	if sh.begun == nil && len(sh.v.Nodes) > 0 {
		fmt.Fprintln(sh.s.stdout, "  (what is done is not shown: its journal could not be replayed, or not quickly)")
	}
	marks := marksOf(sh.v)
	sh.grafts = make(map[string]*tree.Node)
	for _, g := range sh.v.Grafts {
		if root, err := tree.ParseJSON(g.Tree, tree.ReadOptions{MaxBytes: len(g.Tree)}); err == nil {
			sh.grafts[placeOf(g.Nid)] = tree.Body(root)
		}
	}
	t := table{indent: "  "}
	sh.addLines(&t, marks, tree.Body(sh.def.root), "0", 0)
	t.write(sh.s.stdout, sh.s.outColors, sh.s.columns)
}

// marksOf says how the live nodes stand, by their places.
func marksOf(v *runtime.View) map[string][]string {
	waits := make(map[string]bool)
	for _, n := range v.Waiting {
		waits[n.Nid] = true
	}
	marks := make(map[string][]string)
	for _, n := range v.Nodes {
		mark := "live"
		switch {
		case n.Status == "failed", n.Status == string(runtime.Paused):
			mark = n.Status
		case n.Status == vm.Ended.String():
			continue
		case n.Status == vm.Closed.String():
			mark = "closing"
		case waits[n.Nid]:
			mark = "waits"
		}
		marks[placeOf(n.Nid)] = append(marks[placeOf(n.Nid)], mark)
	}
	return marks
}

// maxDepthShown bounds the indentation.
const maxDepthShown = 40

// addLines adds the line of a node, and of those that stand on lines below it.
func (sh *shown) addLines(t *table, marks map[string][]string, n *tree.Node, place string, depth int) {
	if g := sh.grafts[place]; g != nil {
		n = g
	}
	text, below, _ := strings.Cut(tree.Print(n), "\n")
	children, inner := n.Children, n
	if below != "" && (n.Head == "_if" || n.Head == "_unless") && len(n.Children) == 2 {
		inner, place = n.Children[1], place+"_1" // a condition behind what it is for
		children = inner.Children
	}
	if below == "" {
		children = nil
	}
	mark := sh.markOf(marks, place, children == nil)
	line := ""
	if n.Line() > 0 {
		line = strconv.Itoa(n.Line())
	}
	text = strings.Repeat("  ", min(depth, maxDepthShown)) + text
	t.add(cell{mark, statusStyle(strings.Fields(cmp.Or(mark, "-"))[0])}, cell{line, dim}, cell{text: text})
	for i, c := range children {
		sh.addLines(t, marks, c, fmt.Sprintf("%s_%d", place, len(inner.Attrs)+i), depth+1)
	}
	for i := range sh.v.Grafts { // those that came to it from outside
		at := fmt.Sprintf("%s_%d", place, len(inner.Attrs)+len(inner.Children)+i)
		if g := sh.grafts[at]; g != nil {
			sh.addLines(t, marks, g, at, depth+1)
		}
	}
}

// markOf says how a line stands: the worst of its node, or of all nodes on it
// where it has no lines below.
func (sh *shown) markOf(marks map[string][]string, place string, whole bool) string {
	count := make(map[string]int)
	for at, ms := range marks {
		if at == place || whole && strings.HasPrefix(at, place+"_") {
			for _, m := range ms {
				count[m]++
			}
		}
	}
	for _, m := range []string{"failed", "waits", "paused", "closing", "live"} {
		switch n := count[m]; {
		case n > 1 && len(marks[place]) > 1:
			return fmt.Sprintf("%s ×%d", m, n)
		case n > 0:
			return m
		}
	}
	if sh.begun[place] {
		return "done"
	}
	return ""
}
