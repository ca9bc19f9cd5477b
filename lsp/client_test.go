package lsp_test

import (
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
	"golang.org/x/tools/txtar"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lsp"
	"github.com/florc-lang/florc/stdlib"
)

// library is the standard library; graft may not be in it yet.
var library = func() sig.Schema {
	s := stdlib.All().Schema()
	if stdlib.All().Get("graft") == nil {
		s.Procs = append(s.Procs, sig.Proc{Names: []string{"graft", "import"}, Args: []sig.Arg{{Name: "path", Type: sig.FilePath}}})
	}
	return s
}()

// editor is the other end of a server: it speaks the protocol over a pipe.
type editor struct {
	t    testing.TB
	conn jsonrpc2.Conn
	done chan error // what Serve returned

	mu        sync.Mutex
	changed   *sync.Cond
	published map[uri.URI]protocol.PublishDiagnosticsParams
	asked     []string // methods that the server called or notified
	logged    []string
	settings  any // the answer to workspace/configuration
	versions  map[uri.URI]int32
	result    protocol.InitializeResult
}

// pipe is an end of a connection.
type pipe struct {
	io.Reader
	io.WriteCloser
}

// timeout is how long to wait for what has to come. It is no limit on how fast
// it is.
const timeout = time.Minute

// start starts a server and connects to it, without initializing it.
func start(t testing.TB, change func(*lsp.Options)) *editor {
	t.Helper()
	opts := lsp.Options{
		Schema: library, Version: "test",
		CodeLink: func(c diag.Code) string { return "https://example.org/" + string(c) },
		Log:      slog.New(slog.NewTextHandler(t.Output(), nil)),
	}
	if change != nil {
		change(&opts)
	}
	r1, w1 := io.Pipe()
	r2, w2 := io.Pipe()
	e := &editor{t: t, done: make(chan error, 1), published: map[uri.URI]protocol.PublishDiagnosticsParams{}, versions: map[uri.URI]int32{}}
	e.changed = sync.NewCond(&e.mu)
	ctx, stop := context.WithCancel(t.Context())
	t.Cleanup(stop)
	go func() {
		err := lsp.Serve(ctx, lsp.Stream(r1, w2), opts)
		w2.Close()
		e.done <- err
	}()
	e.conn = jsonrpc2.NewConn(jsonrpc2.NewStream(pipe{r2, w1}), jsonrpc2.WithCodec(codec{}))
	e.conn.Go(ctx, e.handle)
	return e
}

type codec struct{}

func (codec) Marshal(v any) ([]byte, error) {
	if raw, ok := v.(json.RawMessage); ok {
		return raw, nil
	}
	return protocol.Marshal(v)
}
func (codec) Unmarshal(data []byte, v any) error {
	if raw, ok := v.(*json.RawMessage); ok {
		*raw = append((*raw)[:0], data...) // the memory of the last answer will do
		return nil
	}
	return protocol.Unmarshal(data, v)
}

// everything is what an editor can do that can do everything but ask for
// diagnostics.
func everything() protocol.ClientCapabilities {
	var c protocol.ClientCapabilities
	err := protocol.Unmarshal([]byte(`{
		"workspace": {"configuration": true, "workspaceFolders": true, "didChangeWatchedFiles": {"dynamicRegistration": true},
			"didChangeConfiguration": {"dynamicRegistration": true},
			"diagnostics": {"refreshSupport": true}, "workspaceEdit": {"documentChanges": true},
			"semanticTokens": {"refreshSupport": true}, "inlayHint": {"refreshSupport": true}, "codeLens": {"refreshSupport": true},
			"fileOperations": {"willRename": true}},
		"textDocument": {"publishDiagnostics": {"relatedInformation": true, "codeDescriptionSupport": true},
			"completion": {"completionItem": {"snippetSupport": true, "documentationFormat": ["markdown"], "resolveSupport": {"properties": ["documentation"]}}},
			"codeAction": {"dataSupport": true, "resolveSupport": {"properties": ["edit"]}, "codeActionLiteralSupport": {"codeActionKind": {"valueSet": []}}},
			"documentSymbol": {"hierarchicalDocumentSymbolSupport": true}},
		"window": {"workDoneProgress": true}
	}`), &c)
	if err != nil {
		panic(err)
	}
	return c
}

// open starts a server on the files of a txtar archive, written to a folder of
// their own.
func open(t testing.TB, archive string) (*editor, string) {
	t.Helper()
	dir := unpack(t, archive)
	e := start(t, nil)
	e.initialize(everything(), dir)
	return e, dir
}

func unpack(t testing.TB, archive string) string {
	t.Helper()
	dir := t.TempDir()
	for _, f := range txtar.Parse([]byte(archive)).Files {
		path := filepath.Join(dir, filepath.FromSlash(f.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		write(t, path, string(f.Data))
	}
	return dir
}

func (e *editor) initialize(c protocol.ClientCapabilities, dirs ...string) {
	e.t.Helper()
	folders := []protocol.WorkspaceFolder{}
	for _, dir := range dirs {
		folders = append(folders, protocol.WorkspaceFolder{URI: uri.File(dir), Name: filepath.Base(dir)})
	}
	p := protocol.InitializeParams{Capabilities: c}
	p.WorkspaceFolders = protocol.NewNullable(folders)
	e.call(protocol.MethodInitialize, &p, &e.result)
	e.notify(protocol.MethodInitialized, &protocol.InitializedParams{})
}

// handle takes what the server says.
func (e *editor) handle(_ context.Context, req *jsonrpc2.Request) (any, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	defer e.changed.Broadcast()
	e.asked = append(e.asked, strings.Clone(req.Method()))
	switch req.Method() {
	case protocol.MethodTextDocumentPublishDiagnostics:
		var p protocol.PublishDiagnosticsParams
		if err := protocol.Unmarshal(req.Params(), &p); err != nil {
			e.t.Error(err)
		}
		e.published[p.URI] = p
	case protocol.MethodWindowLogMessage:
		var p protocol.LogMessageParams
		if err := protocol.Unmarshal(req.Params(), &p); err != nil {
			e.t.Error(err)
		}
		e.logged = append(e.logged, p.Message)
	case protocol.MethodWorkspaceConfiguration:
		return []any{e.settings}, nil
	}
	return nil, nil
}

// await waits until something is so.
func (e *editor) await(what string, so func() bool) {
	e.t.Helper()
	late := time.AfterFunc(timeout, func() {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.changed.Broadcast()
	})
	defer late.Stop()
	end := time.Now().Add(timeout)
	e.mu.Lock()
	defer e.mu.Unlock()
	for !so() {
		if time.Now().After(end) {
			e.t.Fatalf("there was no end to waiting for %s", what)
		}
		e.changed.Wait()
	}
}

// diagnostics waits for what is wrong with the current version of a document,
// and returns it.
func (e *editor) diagnostics(u uri.URI) []protocol.Diagnostic {
	e.t.Helper()
	var p protocol.PublishDiagnosticsParams
	e.await("diagnostics", func() bool {
		p = e.published[u]
		version, ok := p.Version.Get()
		return ok && version == e.versions[u]
	})
	return p.Diagnostics
}

func (e *editor) hasBeenAsked(method string) func() bool {
	return func() bool {
		for _, m := range e.asked {
			if m == method {
				return true
			}
		}
		return false
	}
}

func (e *editor) notify(method string, params any) {
	e.t.Helper()
	if err := e.conn.Notify(e.t.Context(), method, params); err != nil {
		e.t.Fatal(err)
	}
}

func (e *editor) call(method string, params, result any) {
	e.t.Helper()
	if err := e.try(method, params, result); err != nil {
		e.t.Fatalf("%s: %v", method, err)
	}
}

// ask is call with parameters and a result that are plain JSON.
func (e *editor) ask(method string, params, result any) {
	e.t.Helper()
	raw, err := json.Marshal(params)
	if err != nil {
		e.t.Fatal(err)
	}
	var answer json.RawMessage
	e.call(method, json.RawMessage(raw), &answer)
	if err := json.Unmarshal(answer, result); err != nil {
		e.t.Fatal(err)
	}
}

func (e *editor) try(method string, params, result any) error {
	_, err := e.conn.Call(e.t.Context(), method, params, result)
	return err
}

func (e *editor) didOpen(u uri.URI, text string) {
	e.t.Helper()
	e.versions[u] = 1
	e.notify(protocol.MethodTextDocumentDidOpen, &protocol.DidOpenTextDocumentParams{
		TextDocument: protocol.TextDocumentItem{URI: u, LanguageID: "flor", Version: 1, Text: text}})
}

func (e *editor) didChange(u uri.URI, changes ...protocol.TextDocumentContentChangeEvent) {
	e.t.Helper()
	e.versions[u]++
	p := protocol.DidChangeTextDocumentParams{ContentChanges: changes}
	p.TextDocument.URI, p.TextDocument.Version = u, e.versions[u]
	e.notify(protocol.MethodTextDocumentDidChange, &p)
}

func (e *editor) didClose(u uri.URI) {
	e.t.Helper()
	delete(e.versions, u)
	e.notify(protocol.MethodTextDocumentDidClose, &protocol.DidCloseTextDocumentParams{TextDocument: protocol.TextDocumentIdentifier{URI: u}})
}

// leave shuts the server down, and returns what Serve returned.
func (e *editor) leave() error {
	e.t.Helper()
	e.call(protocol.MethodShutdown, nil, nil)
	e.notify(protocol.MethodExit, nil)
	return <-e.done
}

func whole(text string) protocol.TextDocumentContentChangeEvent {
	return &protocol.TextDocumentContentChangeWholeDocument{Text: text}
}

func partial(line, from, toLine, to uint32, text string) protocol.TextDocumentContentChangeEvent {
	return &protocol.TextDocumentContentChangePartial{Text: text, Range: protocol.Range{
		Start: protocol.Position{Line: line, Character: from}, End: protocol.Position{Line: toLine, Character: to}}}
}

func read(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func write(t testing.TB, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}
