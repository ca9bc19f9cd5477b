package lsp_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/source"
)

// told lists what diagnostics say.
func told(list []protocol.Diagnostic) []string {
	var lines []string
	for _, d := range list {
		code, _ := d.Code.(protocol.String)
		message, _ := d.Message.(protocol.String)
		lines = append(lines, string(code)+" "+string(message))
	}
	return lines
}

// at writes where something is.
func at(r protocol.Range) string {
	return fmt.Sprintf("%d:%d-%d:%d", r.Start.Line, r.Start.Character, r.End.Line, r.End.Character)
}

func TestLifecycle(t *testing.T) {
	e := start(t, nil)
	if err := e.try(protocol.MethodTextDocumentFormatting, &protocol.DocumentFormattingParams{}, nil); err == nil {
		t.Error("a request is answered before initialize")
	}
	e.initialize(everything())
	if err := e.try(protocol.MethodInitialize, &protocol.InitializeParams{}, nil); err == nil {
		t.Error("initialize is answered twice")
	}
	if err := e.try("no/such/method", nil, nil); err == nil || !strings.Contains(err.Error(), "no/such/method") {
		t.Errorf("an unknown method gives %v", err)
	}
	e.notify("$/no/such/notification", nil)
	if err := e.leave(); err != nil {
		t.Errorf("the server ends with %v", err)
	}
}

func TestExitWithoutShutdown(t *testing.T) {
	e := start(t, nil)
	e.initialize(everything())
	e.notify(protocol.MethodExit, nil)
	if err := <-e.done; err == nil {
		t.Error("leaving without a shutdown is no error")
	}
}

// TestDiagnosticsFollowEdits checks that what the editor is told is what florc
// check says of the text as it has become, at the places as the editor counts.
func TestDiagnosticsFollowEdits(t *testing.T) {
	e, dir := open(t, "-- main.flo --\nsequence\n  nada 1\n")
	u := uri.File(filepath.Join(dir, "main.flo"))
	e.didOpen(u, read(t, filepath.Join(dir, "main.flo")))
	same := func(text string, places ...string) {
		t.Helper()
		var got []string
		for _, d := range e.diagnostics(u) {
			got = append(got, at(d.Range))
		}
		if diff := cmp.Diff(places, got); diff != "" {
			t.Error(diff)
		}
		var messages []string
		for _, d := range check.Check(source.NewFile("main.flo", text), check.Options{Schema: library}) {
			messages = append(messages, strings.TrimSpace(string(d.Code)+" "+d.Message+"\n"+d.Hint))
		}
		if diff := cmp.Diff(messages, told(e.diagnostics(u))); diff != "" {
			t.Error(diff)
		}
	}
	same("sequence\n  nada 1\n", "1:2-1:6")
	e.didChange(u, partial(1, 2, 1, 6, "trace"), partial(1, 0, 1, 2, "  "))
	same("sequence\n  trace 1\n")
	e.didChange(u, whole("# 🎈 '🎈'\ntask '🎈🎈' xyz: nada\n"))
	same("# 🎈 '🎈'\ntask '🎈🎈' xyz: nada\n", "1:17-1:21")
	e.didChange(u, partial(1, 17, 1, 21, "'é'"), partial(1, 8, 1, 10, "b"), partial(9, 9, 9, 9, "x1 _"))
	same("# 🎈 '🎈'\ntask '🎈b' xyz: 'é'\nx1 _", "2:0-2:2")
	if err := e.leave(); err != nil {
		t.Error(err)
	}
}

// TestDisk checks that what is wrong with files that are not open is told, and
// what changes on the disk is seen.
func TestDisk(t *testing.T) {
	e, dir := open(t, "-- main.flo --\nnada 1\n-- a/lib.flo --\nnada 2\nnada 3\n-- .hidden/x.flo --\nnada 4\n")
	main, lib := uri.File(filepath.Join(dir, "main.flo")), uri.File(filepath.Join(dir, "a", "lib.flo"))
	found := func(u uri.URI, n int) func() bool { return func() bool { return len(e.published[u].Diagnostics) == n } }
	e.await("the file watching", e.hasBeenAsked(protocol.MethodClientRegisterCapability))
	e.await("the library", found(lib, 2))
	e.await("the main flow", found(main, 1))
	write(t, filepath.Join(dir, "a", "lib.flo"), "nada 2\n")
	changed := func(u uri.URI, kind protocol.FileChangeType) {
		e.notify(protocol.MethodWorkspaceDidChangeWatchedFiles, &protocol.DidChangeWatchedFilesParams{Changes: []protocol.FileEvent{{URI: u, Type: kind}}})
	}
	changed(lib, protocol.FileChangeTypeChanged)
	e.await("the change", found(lib, 1))
	e.didOpen(lib, "nada 1\nnada 2\nnada 3\n")
	e.await("what the editor has", found(lib, 3))
	e.didClose(lib)
	e.await("what the disk has", found(lib, 1))
	if err := os.Remove(filepath.Join(dir, "a", "lib.flo")); err != nil {
		t.Fatal(err)
	}
	changed(lib, protocol.FileChangeTypeDeleted)
	e.await("the end of it", found(lib, 0))
	if e.mu.Lock(); len(e.published) > 2 {
		t.Errorf("there are diagnostics of %d files", len(e.published))
	}
	e.mu.Unlock()
}

// TestConfiguration checks that the configuration of a project counts, that it
// is told what is wrong with it, and that its changes are seen.
func TestConfiguration(t *testing.T) {
	dir := unpack(t, `-- florc.conf --
{ taskers: [ 'alice' ], exclude: [ 'old/' ], nonsense: 1 }
-- main.flo --
alice 'work'
bob 'rest'
-- old/main.flo --
bob 'rest'
-- inner/florc.conf --
{ taskers: [ 'bob' ] }
-- inner/main.flo --
alice 'work'
bob 'rest'
`)
	e := start(t, nil)
	e.initialize(everything(), dir)
	in := func(path ...string) uri.URI { return uri.File(filepath.Join(append([]string{dir}, path...)...)) }
	lines := func(u uri.URI, want ...uint32) func() bool {
		return func() bool {
			p, ok := e.published[u]
			var got []uint32
			for _, d := range p.Diagnostics {
				got = append(got, d.Range.Start.Line)
			}
			return (ok || len(want) == 0) && slices.Equal(got, want)
		}
	}
	e.await("the main flow", lines(in("main.flo"), 1))
	e.await("the configuration", lines(in("florc.conf"), 0))
	e.didOpen(in("inner", "main.flo"), "alice 'work'\nbob 'rest'\n")
	e.await("the inner flow", lines(in("inner", "main.flo"), 0))
	write(t, filepath.Join(dir, "florc.conf"), "{ taskers: [ 'alice', 'bob' ], exclude: [ 'old/' ] }")
	e.notify(protocol.MethodWorkspaceDidChangeWatchedFiles, &protocol.DidChangeWatchedFilesParams{
		Changes: []protocol.FileEvent{{URI: in("florc.conf"), Type: protocol.FileChangeTypeChanged}}})
	e.await("the main flow to be well", lines(in("main.flo")))
	e.await("the configuration to be well", lines(in("florc.conf")))
	write(t, filepath.Join(dir, "new.flo"), "carol 'play'\n")
	e.notify(protocol.MethodWorkspaceDidChangeWatchedFiles, &protocol.DidChangeWatchedFilesParams{
		Changes: []protocol.FileEvent{{URI: in("new.flo"), Type: protocol.FileChangeTypeCreated}}})
	e.await("the new flow", lines(in("new.flo"), 0))
	e.mu.Lock()
	defer e.mu.Unlock()
	if _, told := e.published[in("old", "main.flo")]; told {
		t.Error("there are diagnostics of a file that is left out")
	}
}

// TestFolders checks that folders come and go, and documents with them.
func TestFolders(t *testing.T) {
	one, two := unpack(t, "-- lib.flo --\ndefine one \\ 1\n"), unpack(t, "-- main.flo --\ngraft 'lib'\ntwo _\n-- lib.flo --\ndefine two \\ 2\n")
	e := start(t, nil)
	e.initialize(everything(), one)
	u := uri.File(filepath.Join(two, "main.flo"))
	e.didOpen(u, read(t, filepath.Join(two, "main.flo")))
	e.diagnostics(u)
	where := func() []protocol.Location {
		var list []protocol.Location
		p := protocol.DefinitionParams{}
		p.TextDocument.URI, p.Position = u, protocol.Position{Line: 1, Character: 1}
		e.call(protocol.MethodTextDocumentDefinition, &p, &list)
		return list
	}
	if list := where(); len(list) != 0 {
		t.Errorf("a file outside of all folders is known: %v", list)
	}
	folders := func(added, removed []protocol.WorkspaceFolder) {
		e.notify(protocol.MethodWorkspaceDidChangeWorkspaceFolders, &protocol.DidChangeWorkspaceFoldersParams{
			Event: protocol.WorkspaceFoldersChangeEvent{Added: added, Removed: removed}})
	}
	folder := []protocol.WorkspaceFolder{{URI: uri.File(two), Name: "two"}}
	folders(folder, []protocol.WorkspaceFolder{})
	if list := where(); len(list) != 1 || list[0].URI != uri.File(filepath.Join(two, "lib.flo")) {
		t.Errorf("two is defined at %v", list)
	}
	folders([]protocol.WorkspaceFolder{}, folder)
	if list := where(); len(list) != 0 {
		t.Errorf("a folder that was closed is known: %v", list)
	}
}

// TestPull checks that an editor that asks for diagnostics is not sent any,
// and that what has not changed is not said again.
func TestPull(t *testing.T) {
	dir := unpack(t, "-- main.flo --\nnada 1\n-- well.flo --\nsequence\n  trace 1\n")
	e := start(t, nil)
	c := everything()
	c.TextDocument.Diagnostic = &protocol.DiagnosticClientCapabilities{}
	e.initialize(c, dir)
	u := uri.File(filepath.Join(dir, "main.flo"))
	e.didOpen(u, "nada 1\n")
	type report struct {
		Kind     string
		ResultID string
		URI      uri.URI
		Items    []json.RawMessage
	}
	ask := func(before string) (r report) {
		p := map[string]any{"textDocument": map[string]any{"uri": u}}
		if before != "" {
			p["previousResultId"] = before
		}
		e.ask(protocol.MethodTextDocumentDiagnostic, p, &r)
		return r
	}
	first := ask("")
	if first.Kind != "full" || len(first.Items) != 1 {
		t.Errorf("the first report is %+v", first)
	}
	if r := ask(first.ResultID); r.Kind != "unchanged" || r.ResultID != first.ResultID {
		t.Errorf("the second report is %+v", r)
	}
	e.didChange(u, whole("nada 1\nnada 2\n"))
	second := ask(first.ResultID)
	if second.Kind != "full" || len(second.Items) != 2 {
		t.Errorf("after a change the report is %+v", second)
	}
	var all struct{ Items []report }
	e.ask(protocol.MethodWorkspaceDiagnostic, map[string]any{"previousResultIds": []any{
		map[string]any{"uri": u, "value": second.ResultID}, map[string]any{"uri": uri.File(filepath.Join(dir, "gone.flo")), "value": "1"},
	}}, &all)
	if len(all.Items) != 2 || all.Items[0].Kind != "unchanged" || all.Items[1].Kind != "full" || len(all.Items[1].Items) != 0 {
		t.Errorf("of the workspace is reported %+v", all)
	}
	if e.mu.Lock(); len(e.published) > 0 {
		t.Errorf("there are diagnostics that nobody asked for: %v", e.published)
	}
	e.mu.Unlock()
}

// TestCancel checks that a request that is cancelled while it waits ends, and
// that the server goes on.
func TestCancel(t *testing.T) {
	e, dir := open(t, "-- main.flo --\nnada 1\n")
	u := uri.File(filepath.Join(dir, "main.flo"))
	e.didOpen(u, longText(1000))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := protocol.SemanticTokensParams{}
	p.TextDocument.URI = u
	if err := protocol.Call(ctx, e.conn, protocol.MethodTextDocumentSemanticTokensFull, &p, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled request ends with %v", err)
	}
	e.notify(protocol.MethodCancelRequest, &protocol.CancelParams{ID: protocol.Integer(12345)})
	var tokens protocol.SemanticTokens
	e.call(protocol.MethodTextDocumentSemanticTokensFull, &p, &tokens)
	if len(tokens.Data) == 0 {
		t.Error("there are no tokens")
	}
}
