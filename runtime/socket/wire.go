package socket

import (
	"encoding/json"

	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
)

// What follows are the types of package runtime as they travel: those that
// hold values or errors, or leave out of their JSON what a Client gives. Fields
// take the place of those of the same name in the embedded struct.

// packed is a value in CBOR.
type packed struct{ value.Value }

func (p packed) MarshalJSON() ([]byte, error) {
	return json.Marshal(value.AppendCBOR(nil, p.Value))
}

func (p *packed) UnmarshalJSON(data []byte) error {
	var encoded []byte
	err := json.Unmarshal(data, &encoded)
	if err == nil {
		p.Value, err = value.DecodeCBOR(encoded)
	}
	return err
}

func pack(vs []value.Value) []packed {
	return convert(vs, func(v value.Value) packed { return packed{v} })
}

func unpack(ps []packed) []value.Value {
	return convert(ps, func(p packed) value.Value { return p.Value })
}

// convert converts each element; nil stays nil.
func convert[A, B any](as []A, f func(A) B) []B {
	if as == nil {
		return nil
	}
	bs := make([]B, len(as))
	for i, a := range as {
		bs[i] = f(a)
	}
	return bs
}

// The arguments of the calls.
type (
	noArgs     struct{}
	definition struct {
		Name string `json:"name,omitempty"`
		File string `json:"file,omitempty"`
		Tree []byte `json:"tree,omitempty"` // in JSON, with columns; encoding/json would refuse a deep one
	}
	launchArgs struct {
		definition
		Exid    string `json:"exid,omitempty"`
		Domain  string `json:"domain,omitempty"`
		Zone    string `json:"zone,omitempty"`
		Payload packed `json:"payload"`
		Vars    packed `json:"vars"`
	}
	exidArgs struct {
		Exid string `json:"exid"`
	}
	waitForArgs struct {
		Exid       string              `json:"exid"`
		Options    runtime.WaitOptions `json:"options"`
		Conditions []runtime.Condition `json:"conditions"`
	}
	forgetArgs struct {
		Exid string `json:"exid"`
		Seq  uint64 `json:"seq"`
	}
	returnArgs struct {
		Exid    string   `json:"exid"`
		Task    string   `json:"task"`
		Payload packed   `json:"payload"`
		Failure *failure `json:"failure,omitempty"`
	}
	nodeArgs struct {
		Exid string `json:"exid"`
		Nid  string `json:"nid"`
	}
	signalArgs struct {
		Exid    string `json:"exid"`
		Name    string `json:"name"`
		Payload packed `json:"payload"`
	}
	pauseArgs struct {
		Exid    string               `json:"exid"`
		Nid     string               `json:"nid"`
		Options runtime.PauseOptions `json:"options"`
	}
	reapplyArgs struct {
		definition
		Exid    string `json:"exid"`
		Nid     string `json:"nid"`
		Payload packed `json:"payload"`
		Vars    packed `json:"vars"`
	}
	branchArgs struct {
		definition
		Exid    string `json:"exid"`
		Nid     string `json:"nid"`
		Payload packed `json:"payload"`
	}
	iterationArgs struct {
		Exid     string   `json:"exid"`
		Nid      string   `json:"nid"`
		Elements []packed `json:"elements"`
	}
	findArgs struct {
		runtime.TaskQuery
		Value packed `json:"value"`
	}
	taskArgs struct {
		Exid string `json:"exid"`
		Task string `json:"task"`
	}
	moveArgs struct {
		Exid    string           `json:"exid"`
		Task    string           `json:"task"`
		Move    runtime.TaskMove `json:"move"`
		Payload packed           `json:"payload"`
	}
	nameArgs struct {
		Name string `json:"name"`
	}
	executionArgs struct {
		Exid string `json:"exid"`
		Seq  uint64 `json:"seq"`
	}
	logArgs struct {
		Exid    string             `json:"exid"`
		Options runtime.LogOptions `json:"options"`
	}
	replayArgs struct {
		Exid           string `json:"exid"`
		FromCheckpoint bool   `json:"fromCheckpoint"`
	}
	dumpArgs struct {
		Exids []string `json:"exids"`
	}
)

func newDefinition(def runtime.Definition) definition {
	d := definition{Name: def.Name, File: def.File}
	if def.Tree != nil {
		d.Tree = tree.AppendJSON(nil, def.Tree, tree.Columns)
	}
	return d
}

func (d *definition) read() (runtime.Definition, error) {
	def := runtime.Definition{Name: d.Name, File: d.File}
	var err error
	if d.Tree != nil {
		def.Tree, err = tree.ParseJSON(d.Tree, tree.ReadOptions{MaxBytes: len(d.Tree)})
	}
	return def, err
}

func newReapplyArgs(exid, nid string, o runtime.ReapplyOptions) reapplyArgs {
	return reapplyArgs{newDefinition(o.Definition), exid, nid, packed{o.Payload}, packed{o.Vars}}
}

func (a *reapplyArgs) options() (runtime.ReapplyOptions, error) {
	def, err := a.read()
	return runtime.ReapplyOptions{Definition: def, Payload: a.Payload.Value, Vars: a.Vars.Value}, err
}

type trace struct {
	Seq      uint64 `json:"seq"`
	Nid      string `json:"nid"`
	Text     []byte `json:"text"`
	AtMicros int64  `json:"at"`
}

func newTrace(t runtime.Trace) trace {
	return trace{Seq: t.Seq, Nid: t.Nid, Text: []byte(t.Text), AtMicros: t.AtMicros}
}

func (t trace) trace() runtime.Trace {
	return runtime.Trace{Seq: t.Seq, Nid: t.Nid, Text: string(t.Text), AtMicros: t.AtMicros}
}

type result struct {
	Exid    string     `json:"exid"`
	Point   string     `json:"point"`
	Payload packed     `json:"payload"`
	Vars    packed     `json:"vars"`
	Trace   []trace    `json:"trace"`
	Error   *nodeError `json:"error"`
}

func newResult(r *runtime.Result) *result {
	return &result{Exid: r.Exid, Point: r.Point, Payload: packed{r.Payload}, Vars: packed{r.Vars},
		Trace: convert(r.Trace, newTrace), Error: newNodeError(r.Error)}
}

func (r *result) result() (*runtime.Result, error) {
	e, err := r.Error.error()
	if err != nil {
		return nil, err
	}
	return &runtime.Result{Exid: r.Exid, Point: r.Point, Payload: r.Payload.Value, Vars: r.Vars.Value,
		Trace: convert(r.Trace, trace.trace), Error: e}, nil
}

type view struct {
	runtime.View
	Payload packed       `json:"payload"`
	Vars    packed       `json:"vars"`
	Trace   []trace      `json:"trace"`
	Errors  []failedNode `json:"errors"`
	Tree    []byte       `json:"tree"` // as in definition
	Grafts  []graft      `json:"grafts,omitempty"`
}

type graft struct {
	runtime.Graft
	Tree []byte `json:"tree"`
}

func newGraft(g runtime.Graft) graft { return graft{g, g.Tree} }

func (g graft) graft() runtime.Graft {
	g.Graft.Tree = g.Tree
	return g.Graft
}

type failedNode struct {
	runtime.NodeError
	Error   *nodeError `json:"error"`
	Payload packed     `json:"payload"`
}

func newView(v *runtime.View) *view {
	return &view{View: *v, Payload: packed{v.Payload}, Vars: packed{v.Vars}, Trace: convert(v.Trace, newTrace), Tree: v.Tree,
		Grafts: convert(v.Grafts, newGraft),
		Errors: convert(v.Errors, func(e runtime.NodeError) failedNode {
			return failedNode{NodeError: e, Error: newNodeError(e.Error), Payload: packed{e.Payload}}
		})}
}

func (v *view) view() (*runtime.View, error) {
	out := &v.View
	out.Payload, out.Vars, out.Trace, out.Tree = v.Payload.Value, v.Vars.Value, convert(v.Trace, trace.trace), v.Tree
	out.Grafts = convert(v.Grafts, graft.graft)
	var first error
	out.Errors = convert(v.Errors, func(n failedNode) runtime.NodeError {
		e, err := n.Error.error()
		if err != nil {
			first = err
		} else if e != nil { // which need not be UTF-8
			n.Message = e.Message
		}
		n.NodeError.Error, n.NodeError.Payload = e, n.Payload.Value
		return n.NodeError
	})
	return out, first
}

type task struct {
	runtime.Task
	Args    []packed `json:"args"`
	Params  packed   `json:"params"`
	Payload packed   `json:"payload"`
}

func newTask(t *runtime.Task) *task {
	return &task{Task: *t, Args: pack(t.Args), Params: packed{t.Params}, Payload: packed{t.Payload}}
}

func (t *task) task() *runtime.Task {
	t.Task.Args, t.Task.Params, t.Task.Payload = unpack(t.Args), t.Params.Value, t.Payload.Value
	return &t.Task
}

type listedTask struct {
	runtime.ListedTask
	Args    []packed `json:"args"`
	Params  packed   `json:"params"`
	Payload packed   `json:"payload"`
}

func newListedTask(t *runtime.ListedTask) *listedTask {
	return &listedTask{ListedTask: *t, Args: pack(t.Args), Params: packed{t.Params}, Payload: packed{t.Payload}}
}

func newListedTasks(ts []*runtime.ListedTask) []*listedTask { return convert(ts, newListedTask) }

func (t *listedTask) task() *runtime.ListedTask {
	l := &t.ListedTask
	l.Args, l.Params, l.Payload = unpack(t.Args), t.Params.Value, t.Payload.Value
	return l
}

type logEntry struct {
	runtime.LogEntry
	Messages []logMessage `json:"messages"`
}

type logMessage struct {
	runtime.LogMessage
	Error    *nodeError `json:"error"`
	Payload  packed     `json:"payload"`
	Tree     []byte     `json:"tree,omitempty"` // as in definition
	Elements []packed   `json:"elements,omitempty"`
	Vars     packed     `json:"vars"`
}

func newLogEntry(e *runtime.LogEntry) *logEntry {
	return &logEntry{LogEntry: *e, Messages: convert(e.Messages, func(m runtime.LogMessage) logMessage {
		return logMessage{LogMessage: m, Error: newNodeError(m.Error), Payload: packed{m.Payload},
			Tree: m.Tree, Elements: pack(m.Elements), Vars: packed{m.Vars}}
	})}
}

func (e *logEntry) entry() (*runtime.LogEntry, error) {
	var first error
	e.LogEntry.Messages = convert(e.Messages, func(m logMessage) runtime.LogMessage {
		ve, err := m.Error.error()
		if err != nil {
			first = err
		}
		m.LogMessage.Error, m.LogMessage.Payload = ve, m.Payload.Value
		m.LogMessage.Tree, m.LogMessage.Elements, m.LogMessage.Vars = m.Tree, unpack(m.Elements), m.Vars.Value
		return m.LogMessage
	})
	return &e.LogEntry, first
}
