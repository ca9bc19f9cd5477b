package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/vm"
)

// terminated reports an execution that ended.
func (r *runner) terminated(v *runtime.View) error {
	if r.json {
		return printJSON(r.s.stdout, terminatedJSON{v.Exid, "terminated", orEmpty(v.Payload), orEmpty(v.Vars), v.Trace})
	}
	_, err := fmt.Fprintln(r.s.stdout, layOut(value.AppendJSON(nil, orEmpty(v.Payload)), r.s.width))
	return err
}

func orEmpty(v value.Value) value.Value {
	if v.IsNull() {
		return value.NewObject()
	}
	return v
}

// failed reports an execution that came to rest with nodes that failed.
func (r *runner) failed(v *runtime.View) error {
	first := v.Errors[0].Error
	if r.json {
		err := printJSON(r.s.stdout, failedJSON{v.Exid, "failed", orEmpty(v.Errors[0].Payload), v.Trace, r.def.errorJSON(first)})
		return cmp.Or(err, errFailed)
	}
	for _, e := range v.Errors {
		r.s.errColors.show(r.s.stderr, r.def.findingOf(e.Error, v.Nodes))
	}
	return errFailed
}

// errorJSON is the failure of a node, as programs read it.
func (d *definition) errorJSON(e *vm.Error) errorJSON {
	d = d.fileOf(e)
	at := d.spanOf(e).Start
	return errorJSON{Code: string(e.Code), Kind: e.Kind, Message: e.Message, Hint: e.Hint, Nid: e.Nid.String(),
		File: nameOf(d.file), Line: int(at.Line), Column: d.file.RuneColumn(at)}
}

// findingOf is the failure of a node, as people read it.
func (d *definition) findingOf(e *vm.Error, nodes []runtime.Node) finding {
	in := d.fileOf(e)
	f := finding{label: "error", code: e.Code, text: e.Message, file: in.file, span: in.spanOf(e)}
	f.notes = d.calls(e, nodes)
	if e.Hint != "" {
		f.notes = append(f.notes, note{"help", e.Hint})
	}
	if e.Code != "" {
		f.notes = append(f.notes, note{"more", "florc explain " + string(e.Code)})
	}
	return f
}

// maxCalls bounds the calls that are shown of a deep recursion.
const maxCalls = 5

// calls lists the function calls that led to a failure, the innermost first.
// Where a node's id does not continue its parent's, the parent called the
// function that the node is in.
func (d *definition) calls(e *vm.Error, nodes []runtime.Node) []note {
	byNid := make(map[string]*runtime.Node, len(nodes))
	for i := range nodes {
		byNid[nodes[i].Nid] = &nodes[i]
	}
	var calls []note
	for n := byNid[e.Nid.String()]; n != nil && n.Parent != ""; n = byNid[n.Parent] {
		path, _, _ := strings.Cut(n.Nid, "-")
		above, _, _ := strings.Cut(n.Parent, "-")
		parent := byNid[n.Parent]
		if parent == nil || strings.HasPrefix(path, above+"_") {
			continue
		}
		if len(calls) == maxCalls {
			return append(calls, note{"called", "and so on"})
		}
		calls = append(calls, note{"called", fmt.Sprintf("at %s:%d, by %s", cmp.Or(parent.File, nameOf(d.file)), parent.Line, parent.Head)})
	}
	return calls
}

// fileOf returns the definition that a failure is in: this one, or one that it
// imports, with its text where that is still what was imported.
func (d *definition) fileOf(e *vm.Error) *definition {
	if e.File == "" {
		return d
	}
	path := filepath.Join(filepath.Dir(d.file.Name), e.File)
	if d.isText {
		if text, err := os.ReadFile(path); err == nil {
			return parseText(path, string(text))
		}
	}
	return &definition{file: source.NewFile(e.File, ""), root: &tree.Node{}}
}

// spanOf returns where a node failed. The error knows where that starts, the
// tree how far it goes.
func (d *definition) spanOf(e *vm.Error) source.Span {
	at := source.Pos{Line: int32(e.Line), Column: int32(max(e.Column, 1))}
	if e.Line == 0 {
		return source.Span{}
	}
	n := nodeAt(tree.Body(d.root), e.Nid.Path)
	if n == nil || n.Span.Start != at {
		n = startingAt(d.root, at)
	}
	end := at.Plus(1)
	if n != nil {
		at, end = n.Span.Start, n.Span.End
	}
	if e.Kind == "not-callable" && n != nil && n.HeadExpr == nil {
		end = at.Plus(len(n.Head)) // nothing else is wrong
	}
	return source.Span{Start: at, End: end}
}

// nodeAt returns the node of a path such as "0_1_0", nil where there is none.
func nodeAt(root *tree.Node, path string) *tree.Node {
	n := root
	for i, step := range strings.Split(path, "_") {
		index, err := strconv.Atoi(step)
		switch {
		case err != nil || n == nil || n.Literal && i > 0:
			return nil
		case i == 0:
		case index == len(n.Attrs)+len(n.Children) && n.HeadExpr != nil:
			n = n.HeadExpr
		default:
			n = n.At(index)
		}
	}
	return n
}

// startingAt returns the outermost node that starts at a place.
func startingAt(n *tree.Node, at source.Pos) *tree.Node {
	if n.Span.Start == at && !tree.IsWrapper(n) {
		return n
	}
	for i := range len(n.Attrs) + len(n.Children) {
		if found := startingAt(n.At(i), at); found != nil {
			return found
		}
	}
	return nil
}

// waiting reports an execution that waits for something.
func (r *runner) waiting(ctx context.Context, v *runtime.View) error {
	tasks, err := r.unit.Tasks(ctx, v.Exid)
	if err != nil {
		return err
	}
	w := r.s.stderr
	if r.json {
		if err := printJSON(r.s.stdout, waitingJSON{v.Exid, "waiting", v.Waiting}); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(w, "%s%s\n", r.s.errColors.paint(yellow, "waiting"), r.s.errColors.paint(bold, ": the execution has not ended, it waits for"))
		showWaiting(w, r.s.errColors, 0, v, tasks)
	}
	if !r.patient && r.unit.owner == 0 { // else others may have the taskers
		missing := make(map[string]bool)
		for _, t := range tasks {
			if r.taskers[t.Tasker] == nil && !missing[t.Tasker] {
				missing[t.Tasker] = true
				fmt.Fprintf(w, "  no tasker is named %q: --tasker %s=COMMAND has a program do its tasks, --tasker %s=ask asks you\n", sanitize(t.Tasker), sanitize(t.Tasker), sanitize(t.Tasker))
			}
		}
	}
	if !r.json {
		if r.dir != "" {
			fmt.Fprintf(w, "  it stays in %s as %s\n", r.dir, v.Exid)
		} else {
			fmt.Fprintf(w, "  it was in memory only and is gone; --store DIR keeps it\n")
		}
	}
	return errFailed
}

// showWaiting lists what an execution waits for.
func showWaiting(w io.Writer, p palette, columns int, v *runtime.View, tasks []*runtime.Task) {
	taskAt := make(map[string]*runtime.Task)
	for _, t := range tasks {
		taskAt[t.Nid] = t
	}
	due := make(map[string]time.Time)
	for _, n := range v.Nodes {
		due[n.Nid] = n.Due
	}
	t := table{indent: "  "}
	for _, n := range v.Waiting {
		line := ""
		if n.Line > 0 {
			line = strings.TrimSpace(fmt.Sprintf("%s line %d", n.File, n.Line))
		}
		what := cell{text: waitsFor(n, taskAt[n.Nid], due[n.Nid])}
		if n.Paused {
			what = cell{what.text + ", paused", statusStyle(string(runtime.Paused))}
		}
		t.add(cell{n.Nid, bold}, what, cell{text: line},
			cell{text: "since " + timeAndAge(n.Since, time.Now())})
	}
	t.write(w, p, columns)
}

// waitsFor says what a node waits for.
func waitsFor(n runtime.Waiting, t *runtime.Task, due time.Time) string {
	switch {
	case t != nil && t.Name != "":
		return fmt.Sprintf("task %q of %s", t.Name, t.Tasker)
	case t != nil:
		return "a task of " + t.Tasker
	case n.Mutex != "" && n.Holder != "":
		return fmt.Sprintf("mutex %q, which %s is inside of", n.Mutex, n.Holder)
	case !due.IsZero():
		return n.Head + ", until " + localTime(due)
	}
	return n.Head
}

// definitionName returns the name that the define of a definition carries.
func definitionName(root *tree.Node) string {
	for i := range root.Attrs {
		if a := &root.Attrs[i]; a.Key == "name" && a.Value.Literal {
			if name, ok := a.Value.Value.(string); ok {
				return name
			}
		}
	}
	return ""
}
