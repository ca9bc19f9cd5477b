package lsp_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// snippets are what random edits put into a document.
var snippets = []string{
	"\n", "\n\n", "  ", " ", "\t", "\r\n", "🎈", "é", "'", "\"", "'''", "(", ")", "[ 1 2", "{ a: 1 }", "\\", "| ", "; ", ",", ":", "#", "// x",
	"define f x\n  x + 1\n", "f 1\n", "set a.b 1\n", "sequence tag: 'x'\n  task 'bob' 'y'\n", "graft 'lib'\n", " if a", "$(", "_", "nada", "\x00", "\xff",
	"\"\"\"\n  text $(a)\n  \"\"\"\n", "map [ 1 2 ] \\ def x \\ + x 1\n", "break _\n", "return 1\n  unreachable _\n",
}

// change is a random change of a text, as an editor tells it: in UTF-16.
func change(r *rand.Rand, text string) (now string, e protocol.TextDocumentContentChangeEvent) {
	if r.IntN(40) == 0 {
		now = strings.Repeat(snippets[r.IntN(len(snippets))], r.IntN(4))
		return valid(now), whole(valid(now))
	}
	from := boundary(text, r.IntN(len(text)+1))
	to := from
	if r.IntN(3) == 0 {
		to = boundary(text, min(len(text), from+r.IntN(40)))
	}
	from, to = min(from, to), max(from, to)
	insert := ""
	if r.IntN(5) > 0 {
		insert = valid(snippets[r.IntN(len(snippets))])
	}
	a, b := positionIn(text, from), positionIn(text, to)
	return text[:from] + insert + text[to:], &protocol.TextDocumentContentChangePartial{Range: protocol.Range{Start: a, End: b}, Text: insert}
}

// valid is a text as JSON carries it.
func valid(text string) string { return strings.ToValidUTF8(text, "\ufffd") }

// boundary is the start of a character, and not within a line end.
func boundary(text string, at int) int {
	for at < len(text) && (!utf8.RuneStart(text[at]) || at > 0 && text[at] == '\n' && text[at-1] == '\r') {
		at++
	}
	return at
}

// positionIn counts a position from the start of the text, not as the server
// does.
func positionIn(text string, offset int) protocol.Position {
	before := strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text[:offset])
	line := strings.Count(before, "\n")
	return protocol.Position{Line: uint32(line), Character: uint32(len(utf16.Encode([]rune(before[strings.LastIndexByte(before, '\n')+1:]))))}
}

// state is what a server says of a document, in one text.
func (e *editor) state(u uri.URI) string {
	e.t.Helper()
	var b strings.Builder
	doc := map[string]any{"textDocument": map[string]any{"uri": u}}
	raw, err := json.Marshal(doc)
	if err != nil {
		e.t.Fatal(err)
	}
	for _, d := range e.diagnostics(u) {
		text, err := protocol.Marshal(&d)
		if err != nil {
			e.t.Fatal(err)
		}
		fmt.Fprintf(&b, "%s\n", text)
	}
	for _, m := range []string{
		protocol.MethodTextDocumentDocumentSymbol, protocol.MethodTextDocumentFoldingRange, protocol.MethodTextDocumentCodeLens,
	} {
		var answer json.RawMessage
		e.call(m, json.RawMessage(raw), &answer)
		fmt.Fprintf(&b, "%s %s\n", m, answer)
	}
	var tokens protocol.SemanticTokens
	e.call(protocol.MethodTextDocumentSemanticTokensFull, json.RawMessage(raw), &tokens)
	fmt.Fprintf(&b, "tokens %v\n", tokens.Data)
	return b.String()
}

const library1 = "-- lib.flo --\ndefine helper a\n  a\n-- other.flo --\ngraft 'main'\nf 1\nhelper 2\n"

// edits plays random edits to a server, and holds what it says of the document
// after each against what it says of the same text opened anew.
func edits(t *testing.T, seed uint64, text string, steps int) {
	r := rand.New(rand.NewPCG(seed, 1))
	e, dir := open(t, library1)
	u := uri.File(filepath.Join(dir, "main.flo"))
	text = valid(text)
	e.didOpen(u, text)
	var tokens protocol.SemanticTokens
	for range steps {
		var changes []protocol.TextDocumentContentChangeEvent
		for range 1 + r.IntN(3) {
			var c protocol.TextDocumentContentChangeEvent
			text, c = change(r, text)
			changes = append(changes, c)
		}
		e.didChange(u, changes...)
		var delta json.RawMessage
		if tokens.ResultID != nil {
			p := protocol.SemanticTokensDeltaParams{PreviousResultID: *tokens.ResultID}
			p.TextDocument.URI = u
			e.call(protocol.MethodTextDocumentSemanticTokensFullDelta, &p, &delta)
			tokens = follow(t, tokens, delta)
		}
		got := e.state(u)
		if tokens.Data != nil && !strings.HasSuffix(got, fmt.Sprintf("tokens %v\n", tokens.Data)) {
			t.Fatalf("seed %d: the tokens that changes lead to are not those of the document %q", seed, text)
		}
		p := protocol.SemanticTokensParams{}
		p.TextDocument.URI = u
		tokens = protocol.SemanticTokens{}
		e.call(protocol.MethodTextDocumentSemanticTokensFull, &p, &tokens)

		e.didClose(u)
		e.didOpen(u, text)
		if diff := cmp.Diff(e.state(u), got); diff != "" {
			t.Fatalf("seed %d: after edits that lead to %q:\n%s", seed, text, diff)
		}
		e.call(protocol.MethodTextDocumentSemanticTokensFull, &p, &tokens)
	}
	if err := e.leave(); err != nil {
		t.Error(err)
	}
	for _, line := range e.logged {
		t.Errorf("seed %d: the server says: %s", seed, line)
	}
}

// follow makes the next tokens of the last ones and an answer about what is
// different.
func follow(t *testing.T, last protocol.SemanticTokens, answer json.RawMessage) protocol.SemanticTokens {
	t.Helper()
	var x struct {
		ResultID string
		Data     []uint32
		Edits    []protocol.SemanticTokensEdit
	}
	if err := json.Unmarshal(answer, &x); err != nil {
		t.Fatal(err)
	}
	data := append([]uint32{}, last.Data...)
	if x.Edits == nil {
		data = x.Data
	}
	for _, e := range x.Edits {
		data = append(append(data[:e.Start:e.Start], e.Data...), data[e.Start+e.DeleteCount:]...)
	}
	return protocol.SemanticTokens{ResultID: &x.ResultID, Data: data}
}

func TestEdits(t *testing.T) {
	for seed := range uint64(8) {
		edits(t, seed, "define f x\n  x + 1\ngraft 'lib'\nf (helper 1)\n", 12)
	}
}

func FuzzEdits(f *testing.F) {
	f.Add(uint64(100), "sequence\n  task 'bob' 'x'\n")
	f.Add(uint64(101), "# 🎈\r\nset a [ 1\n 2 ]\r\"\"\"\n$(a | b _)\n\"\"\"")
	f.Fuzz(func(t *testing.T, seed uint64, text string) {
		if len(text) > 10_000 {
			t.Skip("long texts take long")
		}
		edits(t, seed, text, 4)
	})
}

// TestStress asks and edits at the same time. Each answer has to be one that
// the document had when it was asked, or the word that it has none any more.
func TestStress(t *testing.T) {
	e, dir := open(t, library1)
	u := uri.File(filepath.Join(dir, "main.flo"))
	e.didOpen(u, longText(200))
	var workers sync.WaitGroup
	for w := range 4 {
		workers.Go(func() {
			r := rand.New(rand.NewPCG(uint64(w), 2))
			methods := []string{
				protocol.MethodTextDocumentCompletion, protocol.MethodTextDocumentHover, protocol.MethodTextDocumentReferences,
				protocol.MethodTextDocumentSemanticTokensFull, protocol.MethodTextDocumentDocumentSymbol, protocol.MethodTextDocumentFormatting,
				protocol.MethodTextDocumentDiagnostic, protocol.MethodWorkspaceSymbol, protocol.MethodTextDocumentCodeLens,
			}
			for range 60 {
				params, err := json.Marshal(map[string]any{
					"textDocument": map[string]any{"uri": u}, "query": "step", "context": map[string]any{"includeDeclaration": true},
					"position": map[string]any{"line": r.IntN(200), "character": r.IntN(30)}, "options": map[string]any{"tabSize": 2, "insertSpaces": true},
				})
				if err != nil {
					t.Error(err)
					return
				}
				method := methods[r.IntN(len(methods))]
				var answer json.RawMessage
				if err := e.try(method, json.RawMessage(params), &answer); err != nil && !strings.Contains(err.Error(), "content modified") {
					t.Errorf("%s: %v", method, err)
				}
			}
		})
	}
	text := longText(200)
	r := rand.New(rand.NewPCG(9, 9))
	for range 150 {
		var c protocol.TextDocumentContentChangeEvent
		for {
			before := text
			if text, c = change(r, before); len(text) > 1000 {
				break
			}
			text = before
		}
		e.didChange(u, c)
	}
	workers.Wait()
	got := e.state(u)
	e.didClose(u)
	e.didOpen(u, text)
	if diff := cmp.Diff(e.state(u), got); diff != "" {
		t.Error(diff)
	}
	if err := e.leave(); err != nil {
		t.Error(err)
	}
	for _, line := range e.logged {
		t.Errorf("the server says: %s", line)
	}
}
