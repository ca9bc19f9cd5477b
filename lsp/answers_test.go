package lsp_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/florc-lang/florc/lsp"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestAnswers asks everything that can be asked about a small project, in
// which some lines do not parse, and holds the answers against a golden file.
// Places are written as the markers that stand there: «1 for the first one.
func TestAnswers(t *testing.T) {
	archive := read(t, "testdata/project.txtar")
	for _, enc := range []string{"utf-8", "utf-16"} {
		t.Run(enc, func(t *testing.T) { testAnswers(t, archive, enc) })
	}
}

func testAnswers(t *testing.T, archive, enc string) {
	dir := unpack(t, strings.NewReplacer("«1", "", "«2", "", "«3", "", "«4", "", "«5", "", "«6", "", "«7", "").Replace(archive))
	e := start(t, nil)
	c := everything()
	c.General = &protocol.GeneralClientCapabilities{PositionEncodings: []protocol.PositionEncodingKind{protocol.PositionEncodingKind(enc)}}
	e.initialize(c, dir)
	if got := string(e.result.Capabilities.PositionEncoding); got != enc {
		t.Fatalf("positions are in %s", got)
	}
	marks := markers(archive, enc)
	u := uri.File(filepath.Join(dir, "main.flo"))
	e.didOpen(u, read(t, filepath.Join(dir, "main.flo")))

	doc := map[string]any{"uri": u}
	at := func(n int, more ...any) map[string]any {
		m := map[string]any{"textDocument": doc, "position": marks[n]}
		for i := 0; i < len(more); i += 2 {
			m[more[i].(string)] = more[i+1]
		}
		return m
	}
	all := map[string]any{"textDocument": doc}
	stretch := map[string]any{"textDocument": doc, "range": map[string]any{"start": marks[1], "end": marks[4]}}
	asked := map[string]bool{}
	var b strings.Builder
	var last json.RawMessage
	ask := func(method string, params any) {
		t.Helper()
		asked[method] = true
		text, err := json.Marshal(params)
		if err != nil {
			t.Fatal(err)
		}
		last = nil
		fmt.Fprintf(&b, "== %s\n", method)
		if err := e.try(method, json.RawMessage(text), &last); err != nil {
			fmt.Fprintf(&b, "error: %v\n", err)
			return
		}
		b.WriteString(tell(last, dir))
	}
	ask(protocol.MethodTextDocumentDiagnostic, all)
	ask(protocol.MethodWorkspaceDiagnostic, map[string]any{"previousResultIds": []any{}})
	ask(protocol.MethodTextDocumentHover, at(2))
	ask(protocol.MethodTextDocumentHover, at(7))
	ask(protocol.MethodTextDocumentDefinition, at(2))
	ask(protocol.MethodTextDocumentDefinition, at(7))
	ask(protocol.MethodTextDocumentReferences, at(2, "context", map[string]any{"includeDeclaration": true}))
	ask(protocol.MethodTextDocumentDocumentHighlight, at(3))
	ask(protocol.MethodTextDocumentDocumentLink, all)
	ask(protocol.MethodTextDocumentDocumentSymbol, all)
	ask(protocol.MethodWorkspaceSymbol, map[string]any{"query": "gre"})
	ask(protocol.MethodTextDocumentSignatureHelp, at(4))
	ask(protocol.MethodTextDocumentCompletion, at(5))
	var completions struct{ Items []json.RawMessage }
	if err := json.Unmarshal(last, &completions); err != nil || len(completions.Items) == 0 {
		t.Fatalf("there are no completions, %v", err)
	}
	ask(protocol.MethodCompletionItemResolve, completions.Items[0])
	ask(protocol.MethodTextDocumentPrepareRename, at(2))
	ask(protocol.MethodTextDocumentPrepareRename, at(7))
	ask(protocol.MethodTextDocumentRename, at(2, "newName", "welcome"))
	ask(protocol.MethodTextDocumentRename, at(2, "newName", "no name"))
	ask(protocol.MethodTextDocumentLinkedEditingRange, at(3))
	ask(protocol.MethodTextDocumentPrepareCallHierarchy, at(2))
	var calls []json.RawMessage
	if err := json.Unmarshal(last, &calls); err != nil || len(calls) != 1 {
		t.Fatalf("there are %d functions called, %v", len(calls), err)
	}
	ask(protocol.MethodCallHierarchyIncomingCalls, map[string]any{"item": calls[0]})
	ask(protocol.MethodCallHierarchyOutgoingCalls, map[string]any{"item": calls[0]})
	ask(protocol.MethodTextDocumentInlayHint, stretch)
	lib := map[string]any{"textDocument": map[string]any{"uri": uri.File(filepath.Join(dir, "lib", "greet.flo"))}}
	e.didOpen(uri.File(filepath.Join(dir, "lib", "greet.flo")), read(t, filepath.Join(dir, "lib", "greet.flo")))
	ask(protocol.MethodTextDocumentCodeLens, lib)
	var lenses []json.RawMessage
	if err := json.Unmarshal(last, &lenses); err != nil || len(lenses) == 0 {
		t.Fatalf("there are no lenses, %v", err)
	}
	ask(protocol.MethodCodeLensResolve, lenses[len(lenses)-1])
	ask(protocol.MethodTextDocumentFoldingRange, all)
	ask(protocol.MethodTextDocumentSelectionRange, map[string]any{"textDocument": doc, "positions": []any{marks[2], marks[6]}})
	ask(protocol.MethodTextDocumentFormatting, at(1, "options", map[string]any{"tabSize": 2, "insertSpaces": true}))
	ask(protocol.MethodTextDocumentRangeFormatting, map[string]any{"textDocument": doc, "options": map[string]any{"tabSize": 2, "insertSpaces": true},
		"range": map[string]any{"start": marks[3], "end": marks[3]}})
	ask(protocol.MethodTextDocumentCodeAction, map[string]any{"textDocument": doc, "context": map[string]any{"diagnostics": []any{}, "only": []string{"refactor.rewrite"}},
		"range": map[string]any{"start": marks[4], "end": marks[4]}})
	var actions []json.RawMessage
	if err := json.Unmarshal(last, &actions); err != nil || len(actions) == 0 {
		t.Fatalf("there are no actions, %v", err)
	}
	ask(protocol.MethodCodeActionResolve, actions[0])
	ask(protocol.MethodTextDocumentSemanticTokensRange, stretch)
	ask(protocol.MethodTextDocumentSemanticTokensFull, all)
	var tokens protocol.SemanticTokens
	if err := protocol.Unmarshal(last, &tokens); err != nil || tokens.ResultID == nil {
		t.Fatalf("the tokens have no number, %v", err)
	}
	ask(protocol.MethodWorkspaceWillRenameFiles, map[string]any{"files": []any{map[string]any{
		"oldUri": uri.File(filepath.Join(dir, "lib", "greet.flo")), "newUri": uri.File(filepath.Join(dir, "greet.flo"))}}})
	ask(protocol.MethodWorkspaceWillRenameFiles, map[string]any{"files": []any{map[string]any{
		"oldUri": uri.File(filepath.Join(dir, "lib")), "newUri": uri.File(filepath.Join(dir, "library"))}}})
	e.didChange(u, &protocol.TextDocumentContentChangePartial{Text: "# one more line\n"})
	ask(protocol.MethodTextDocumentOnTypeFormatting, map[string]any{"textDocument": doc, "position": map[string]any{"line": 1, "character": 0},
		"ch": "\n", "options": map[string]any{"tabSize": 2, "insertSpaces": true}})
	ask(protocol.MethodTextDocumentSemanticTokensFullDelta, map[string]any{"textDocument": doc, "previousResultId": *tokens.ResultID})

	for _, m := range lsp.Methods() {
		if !asked[m] {
			t.Errorf("%s is not asked", m)
		}
	}
	golden := filepath.Join("testdata", "answers."+enc+".golden")
	if *update {
		write(t, golden, b.String())
	}
	if diff := cmp.Diff(read(t, golden), b.String()); diff != "" {
		t.Error(diff)
	}
}

// markers finds the places of the markers «1 to «9 in the first file of an
// archive, where they stand once they have all been taken out.
func markers(archive, enc string) map[int]protocol.Position {
	_, text, _ := strings.Cut(archive, "-- main.flo --\n")
	marks := map[int]protocol.Position{}
	for n, line := range strings.Split(text, "\n") {
		for {
			i := strings.Index(line, "«")
			if i < 0 {
				break
			}
			column := i
			if enc == "utf-16" {
				column = len(utf16.Encode([]rune(line[:i])))
			}
			marks[int(line[i+len("«")]-'0')] = protocol.Position{Line: uint32(n), Character: uint32(column)}
			line = line[:i] + line[i+len("«")+1:]
		}
	}
	return marks
}

// tell writes an answer: a place on one line each.
func tell(raw json.RawMessage, dir string) string {
	if len(raw) == 0 {
		return "null\n"
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		return err.Error() + "\n"
	}
	var b strings.Builder
	writeAnswer(&b, "", v)
	text := strings.ReplaceAll(b.String(), string(uri.File(dir)), "DIR")
	return text
}

func writeAnswer(b *strings.Builder, indent string, v any) {
	switch v := v.(type) {
	case []any:
		if len(v) > 0 {
			if _, flat := v[0].(json.Number); flat {
				fmt.Fprintf(b, "%s%v\n", indent, v)
				return
			}
		}
		v = slices.DeleteFunc(slices.Clone(v), isElsewhere)
		shown := v[:min(len(v), 8)]
		for _, item := range shown {
			fmt.Fprintf(b, "%s-\n", indent)
			writeAnswer(b, indent+"  ", item)
		}
		if len(shown) < len(v) {
			fmt.Fprintf(b, "%s… and more\n", indent)
		}
	case map[string]any:
		keys := make([]string, 0, len(v))
		for k := range v {
			keys = append(keys, k)
		}
		slices.Sort(keys)
		for _, k := range keys {
			if slices.Contains(texts, k) {
				fmt.Fprintf(b, "%s%s: …\n", indent, k)
				continue
			}
			if at, ok := place(v[k]); ok {
				fmt.Fprintf(b, "%s%s: %s\n", indent, k, at)
				continue
			}
			switch v[k].(type) {
			case map[string]any, []any:
				fmt.Fprintf(b, "%s%s:\n", indent, k)
				writeAnswer(b, indent+"  ", v[k])
			default:
				fmt.Fprintf(b, "%s%s: %#v\n", indent, k, v[k])
			}
		}
	default:
		fmt.Fprintf(b, "%s%#v\n", indent, v)
	}
}

// texts are the parts of answers that have tests elsewhere.
var texts = []string{"message", "value", "detail", "resultId", "sortText"}

// isElsewhere tells whether an item is the diagnostic of a rule, or the
// completion of a procedure. Those come and go with the library.
func isElsewhere(v any) bool {
	m, _ := v.(map[string]any)
	code, _ := m["code"].(string)
	data, _ := m["data"].(map[string]any)
	key, _ := data["key"].(string)
	return code > "FLO0100" || strings.HasPrefix(key, "proc:")
}

// place writes a range or a position.
func place(v any) (string, bool) {
	m, ok := v.(map[string]any)
	if !ok || len(m) != 2 {
		return "", false
	}
	if m["line"] != nil {
		return fmt.Sprintf("%v:%v", m["line"], m["character"]), true
	}
	from, ok1 := place(m["start"])
	to, ok2 := place(m["end"])
	return from + "-" + to, ok1 && ok2
}
