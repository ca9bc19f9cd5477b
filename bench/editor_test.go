//go:build linux

package bench

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/textproto"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
)

// goplsVersion is the language server of Go that florc's is measured beside:
// the newest that the Go release of go.mod can build.
const goplsVersion = "v0.23.0"

// language is a language with its server and a document in it, as long in lines
// as that of the other one.
type language struct {
	name, id, file string
	text           string
	command        func(b *testing.B) *exec.Cmd
	settings       map[string]any
	files          map[string]string // beside the document
	call, comment  place             // the middle of a name that is called; a comment of the same line
}

type place struct{ line, column int }

const editedBlock = 500 // of 1,000

func languages() []language {
	var flo, golang strings.Builder
	golang.WriteString("package long\n\nimport (\n\t\"errors\"\n\t\"fmt\"\n\t\"slices\"\n)\n\n" + `type order struct {
	id, price, shipping int
	name                string
	vip                 bool
	items               []int
	log                 []string
	errors              []error
}
` + "\n")
	header := strings.Count(golang.String(), "\n")
	for i := range 1000 {
		fmt.Fprintf(&flo, `define step_%[1]d order customer_%[1]d # number %[1]d
  sequence tag: 'stage_%[1]d' timeout: '%[2]dh'
    set f.total_%[1]d (f.price * %[3]d + f.shipping - 3)
    task 'agent_%[1]d' context: "order $(f.order.id) of $(f.customer.%[1]d)"
    step_%[4]d order customer_%[1]d if f.total_%[1]d > %[5]d and f.vip
    push f.log [ %[1]d, 'step', { name: "n%[1]d", done: true } ]
    map f.items \ def x%[1]d \ + x%[1]d %[1]d
    concurrence expect: 1 on_error: (def msg \ push f.errors%[1]d msg)
      task 'bob' subject: 'check %[1]d' form: 'f%[1]d'
      match? f.name_%[1]d r/^[a-z]+%[1]d$/i
`, i, i%48+1, i+2, max(0, i-1), i*3)
		fmt.Fprintf(&golang, `func step_%[1]d(o *order, customer_%[1]d string) (int, error) { // number %[1]d
	total_%[1]d := o.price*%[2]d + o.shipping - 3
	if total_%[1]d > %[4]d && o.vip {
		o.log = append(o.log, fmt.Sprintf("order %%d of %%s", o.id, customer_%[1]d))
		return step_%[3]d(o, customer_%[1]d)
	} else if slices.Contains(o.items, total_%[1]d) {
		o.errors = append(o.errors, errors.New("n%[1]d"))
	}
	return total_%[1]d, nil
}
`, i, i+2, max(0, i-1), i*3)
	}
	return []language{
		{name: "florc", id: "flor", file: "long.flo", text: flo.String(), command: buildFlorc,
			call: place{editedBlock*10 + 4, 7}, comment: place{editedBlock * 10, 36}},
		{name: "gopls", id: "go", file: "long.go", text: golang.String(), command: buildGopls,
			settings: map[string]any{"pullDiagnostics": true, "semanticTokens": true},
			files:    map[string]string{"go.mod": "module example.com/long\n\ngo 1.26\n"},
			call:     place{header + editedBlock*10 + 4, 12}, comment: place{header + editedBlock*10, 62}},
	}
}

func buildFlorc(b *testing.B) *exec.Cmd {
	bin := filepath.Join(b.TempDir(), "florc")
	build := exec.Command("go", "build", "-o", bin, "./cmd/florc")
	build.Dir = ".."
	run(b, build)
	return exec.Command(bin, "lsp")
}

func buildGopls(b *testing.B) *exec.Cmd {
	dir := b.TempDir()
	install := exec.Command("go", "install", "golang.org/x/tools/gopls@"+goplsVersion)
	install.Env = append(os.Environ(), "GOBIN="+dir, "GOFLAGS=")
	run(b, install)
	cmd := exec.Command(filepath.Join(dir, "gopls"), "serve")
	// Its cache on disk would make an open file one that it has seen.
	cmd.Env = append(os.Environ(), "GOPLSCACHE="+b.TempDir(), "GOTELEMETRY=off")
	return cmd
}

func run(b *testing.B, cmd *exec.Cmd) {
	b.Helper()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %s\n%s", cmd, err, out)
	}
}

// editor speaks to a language server as an editor does that asks for
// everything, one question at a time.
type editor struct {
	b       *testing.B
	lang    *language
	cmd     *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
	uri     string
	id      int
	version int
	typed   map[place]int // how much
}

type message struct {
	ID     json.RawMessage `json:"id,omitempty"`
	Method string          `json:"method,omitempty"`
	Params json.RawMessage `json:"params,omitempty"`
	Result json.RawMessage `json:"result,omitempty"`
	Error  json.RawMessage `json:"error,omitempty"`
}

type object = map[string]any

// startEditor starts the server of a language in a folder with its document.
func startEditor(b *testing.B, lang *language, cmd *exec.Cmd) *editor {
	b.Helper()
	dir := b.TempDir()
	files := map[string]string{lang.file: lang.text}
	for name, text := range lang.files {
		files[name] = text
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			b.Fatal(err)
		}
	}
	cmd.Dir, cmd.Stderr = dir, io.Discard
	in, err := cmd.StdinPipe()
	if err != nil {
		b.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		b.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	e := &editor{b: b, lang: lang, cmd: cmd, in: in, out: bufio.NewReader(out), uri: "file://" + filepath.Join(dir, lang.file), typed: map[place]int{}}
	e.ask("initialize", object{
		"processId": os.Getpid(), "rootUri": "file://" + dir,
		"workspaceFolders":      []any{object{"uri": "file://" + dir, "name": "long"}},
		"initializationOptions": lang.settings,
		"capabilities": object{
			"workspace": object{"configuration": true, "workspaceFolders": true},
			"textDocument": object{
				"diagnostic":     object{},
				"completion":     object{"completionItem": object{"snippetSupport": true}},
				"hover":          object{"contentFormat": []string{"markdown"}},
				"documentSymbol": object{"hierarchicalDocumentSymbolSupport": true},
				"semanticTokens": object{"requests": object{"full": true}, "formats": []string{"relative"},
					"tokenTypes": []string{"namespace", "type", "function", "variable", "parameter", "property", "keyword", "string", "number", "operator", "comment"}, "tokenModifiers": []string{"definition"}},
			},
		},
	})
	e.tell("initialized", object{})
	return e
}

// open opens the document and waits for what is wrong with it, which is
// nothing.
func (e *editor) open() {
	e.tell("textDocument/didOpen", object{"textDocument": object{"uri": e.uri, "languageId": e.lang.id, "version": 0, "text": e.lang.text}})
	if found := e.ask("textDocument/diagnostic", e.document()); strings.Contains(string(found), `"severity":1`) {
		e.b.Fatalf("%s: there are errors in a document without any: %.300s", e.lang.name, found)
	}
}

// keystroke types at a place, over what it typed there before, and waits for
// what is wrong then. The text is another one each time, since gopls keeps what
// it found in a text by the text's hash.
func (e *editor) keystroke(p place) json.RawMessage {
	e.replace(p, fmt.Sprintf("x%d", e.version+1))
	return e.ask("textDocument/diagnostic", e.document())
}

// undo takes back all that was typed.
func (e *editor) undo() {
	for p := range e.typed {
		e.replace(p, "")
	}
}

func (e *editor) replace(p place, text string) {
	e.version++
	e.tell("textDocument/didChange", object{
		"textDocument": object{"uri": e.uri, "version": e.version},
		"contentChanges": []any{object{"text": text, "range": object{
			"start": object{"line": p.line, "character": p.column},
			"end":   object{"line": p.line, "character": p.column + e.typed[p]},
		}}},
	})
	e.typed[p] = len(text)
}

func (e *editor) document() object { return object{"textDocument": object{"uri": e.uri}} }

func (e *editor) write(m any) {
	data, err := json.Marshal(m)
	if err == nil {
		_, err = fmt.Fprintf(e.in, "Content-Length: %d\r\n\r\n%s", len(data), data)
	}
	if err != nil {
		e.b.Fatal(err)
	}
}

func (e *editor) tell(method string, params any) {
	e.write(object{"jsonrpc": "2.0", "method": method, "params": params})
}

// ask asks and waits for the answer; meanwhile it answers the server.
func (e *editor) ask(method string, params any) json.RawMessage {
	e.id++
	e.write(object{"jsonrpc": "2.0", "id": e.id, "method": method, "params": params})
	for {
		header, err := textproto.NewReader(e.out).ReadMIMEHeader()
		if err != nil {
			e.b.Fatalf("%s: %s", e.lang.name, err)
		}
		n, _ := strconv.Atoi(header.Get("Content-Length"))
		data := make([]byte, n)
		if _, err := io.ReadFull(e.out, data); err != nil {
			e.b.Fatal(err)
		}
		var m message
		if err := json.Unmarshal(data, &m); err != nil {
			e.b.Fatal(err)
		}
		switch {
		case m.Method == "workspace/configuration":
			var p struct{ Items []any }
			_ = json.Unmarshal(m.Params, &p)
			all := make([]any, len(p.Items))
			for i := range all {
				all[i] = e.lang.settings
			}
			e.write(object{"jsonrpc": "2.0", "id": m.ID, "result": all})
		case m.Method != "" && m.ID != nil:
			e.write(object{"jsonrpc": "2.0", "id": m.ID, "result": nil})
		case m.Method == "" && string(m.ID) == strconv.Itoa(e.id):
			if m.Error != nil {
				e.b.Fatalf("%s: %s: %s", e.lang.name, method, m.Error)
			}
			return m.Result
		}
	}
}

// cpu is the processor time that the server has taken, as the scheduler of
// Linux counts it for each of its threads.
func (e *editor) cpu() (total time.Duration) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", e.cmd.Process.Pid))
	if err != nil || len(threads) == 0 {
		e.b.Fatalf("the scheduler's counts of %s are not to be had: %v", e.lang.name, err)
	}
	for _, file := range threads {
		data, err := os.ReadFile(file)
		if err != nil {
			continue // the thread has ended
		}
		ns, _ := strconv.ParseInt(strings.Fields(string(data))[0], 10, 64)
		total += time.Duration(ns)
	}
	return total
}

// resident is the memory of the server that no file stands for.
func (e *editor) resident() float64 {
	return float64(anonymousOf(e.b, strconv.Itoa(e.cmd.Process.Pid))) / (1 << 20)
}

func (e *editor) close() {
	e.ask("shutdown", nil)
	e.tell("exit", nil)
	e.in.Close()
	_ = e.cmd.Wait()
}

// question is a request about the place of the call, or a keystroke there where
// it has no method.
type question struct {
	name, method string
	more         object
}

// measure asks a question so many times, after a keystroke in a comment each
// time, and returns the median of the processor time that it took.
func (e *editor) measure(b *testing.B, q question, rounds int) time.Duration {
	var times []time.Duration
	for range rounds {
		began := e.cpu()
		if q.method == "" {
			if found := string(e.keystroke(e.lang.call)); !strings.Contains(found, fmt.Sprintf("x%dp_", e.version)) {
				b.Fatalf("%s did not see the unknown name: %.300s", e.lang.name, found)
			}
		} else {
			e.keystroke(e.lang.comment)
			params := object{"textDocument": object{"uri": e.uri}, "position": object{"line": e.lang.call.line, "character": e.lang.call.column}}
			for k, v := range q.more {
				params[k] = v
			}
			began = e.cpu()
			if answer := e.ask(q.method, params); len(answer) < 10 && q.name != "format" { // there may be nothing to change
				b.Fatalf("%s has no answer to %s: %s", e.lang.name, q.method, answer)
			}
		}
		times = append(times, e.cpu()-began)
	}
	e.undo()
	b.ReportMetric(float64(median(times))/1e6, e.lang.name+"-ms")
	b.ReportMetric(float64(percentile(times, 95))/1e6, e.lang.name+"-p95-ms")
	return median(times)
}

// BenchmarkEditor asks florc's language server and that of Go the same about
// documents of 10,000 lines, after a keystroke each time. The processor time is
// that of the server's process, with the collection of its garbage; the ratio
// is florc's median over the median of gopls.
func BenchmarkEditor(b *testing.B) {
	const rounds = 20
	langs := languages()
	editors := make([]*editor, len(langs))
	for i := range langs {
		cmd := langs[i].command(b)
		for range 2 { // the first one warms up the disk
			if editors[i] != nil {
				editors[i].close()
				cmd = &exec.Cmd{Path: cmd.Path, Args: cmd.Args, Env: cmd.Env}
			}
			editors[i] = startEditor(b, &langs[i], cmd)
			editors[i].open()
		}
		b.Logf("%s: open to diagnostics %s of CPU", langs[i].name, editors[i].cpu())
		defer editors[i].close()
	}
	questions := []question{
		{"keystroke", "", nil},
		{"completion", "textDocument/completion", nil},
		{"hover", "textDocument/hover", nil},
		{"definition", "textDocument/definition", nil},
		{"references", "textDocument/references", object{"context": object{"includeDeclaration": true}}},
		{"symbols", "textDocument/documentSymbol", nil},
		{"folding", "textDocument/foldingRange", nil},
		{"format", "textDocument/formatting", object{"options": object{"tabSize": 2, "insertSpaces": true}}},
	}
	for _, q := range questions {
		b.Run(q.name, func(b *testing.B) {
			var medians [2]time.Duration
			for b.Loop() {
				for i, e := range editors {
					medians[i] = e.measure(b, q, rounds)
				}
			}
			b.ReportMetric(float64(medians[0])/float64(medians[1]), "ratio")
			b.ReportMetric(0, "ns/op")
		})
	}
	for _, e := range editors {
		b.Logf("%s: %.0f MB of memory", e.lang.name, e.resident())
	}
}
