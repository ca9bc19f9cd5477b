package lsp_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/florc-lang/florc/lsp"
)

// longText returns a flow of n lines, hardly two of which are the same.
func longText(n int) string {
	var b strings.Builder
	for i := 0; i < n; i += 10 {
		fmt.Fprintf(&b, "define step_%d order customer_%d # number %d\n", i, i, i)
		fmt.Fprintf(&b, "  sequence tag: 'stage_%d' timeout: '%dh'\n", i, i%48+1)
		fmt.Fprintf(&b, "    set f.total_%d (f.price * %d + f.shipping - 3)\n", i, i+2)
		fmt.Fprintf(&b, "    task 'agent_%d' context: \"order $(f.order.id) of $(f.customer.%d)\"\n", i, i)
		fmt.Fprintf(&b, "    push f.log [ %d, 'step', { name: \"n%d\", done: true } ]\n", i, i)
		fmt.Fprintf(&b, "    step_%d order customer_%d if f.total_%d > %d and f.vip\n", max(0, i-10), i, i, i*3)
		fmt.Fprintf(&b, "    map f.items \\ def x%d \\ + x%d %d\n", i, i, i)
		fmt.Fprintf(&b, "    concurrence expect: 1 on_error: (def msg \\ push f.errors%d msg)\n", i)
		fmt.Fprintf(&b, "      task 'bob' subject: 'check %d' form: 'f%d'\n", i, i)
		fmt.Fprintf(&b, "      match? f.name_%d r/^[a-z]+%d$/i\n", i, i)
	}
	return b.String()
}

// measure runs f count times, and reports the processor time that the process
// took for one: the median, and what 99 of 100 stay below.
func measure(b *testing.B, count int, f func(i int)) {
	b.Helper()
	runtime.GC()
	times := make([]time.Duration, count)
	for b.Loop() {
		for i := range times {
			before := cpuTime()
			f(i)
			times[i] = cpuTime() - before
		}
	}
	slices.Sort(times)
	ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
	b.ReportMetric(ms(times[len(times)/2]), "ms/p50")
	b.ReportMetric(ms(times[len(times)*99/100]), "ms/p99")
	b.ReportMetric(0, "ns/op")
}

// session is an editor with a long document.
func session(b *testing.B, text string) (*editor, uri.URI) {
	b.Helper()
	dir := b.TempDir()
	e := start(b, func(o *lsp.Options) {
		o.Log, o.GarbageRoom = slog.New(slog.NewTextHandler(io.Discard, nil)), 192<<20 // as florc lsp has it
	})
	e.initialize(everything(), dir)
	u := uri.File(filepath.Join(dir, "long.flo"))
	e.didOpen(u, text)
	e.diagnostics(u)
	return e, u
}

// keystroke types a letter into the middle of a document, or takes it away.
func (e *editor) keystroke(u uri.URI, i int) {
	line := uint32(5004)
	if i%2 == 0 {
		e.didChange(u, partial(line, 4, line, 4, "x"))
	} else {
		e.didChange(u, partial(line, 4, line, 5, ""))
	}
}

func BenchmarkKeystroke(b *testing.B) {
	e, u := session(b, longText(10_000))
	measure(b, 300, func(i int) {
		e.keystroke(u, i)
		e.diagnostics(u)
	})
}

// BenchmarkNewLine is BenchmarkKeystroke for keystrokes after which the lines
// below stand elsewhere.
func BenchmarkNewLine(b *testing.B) {
	e, u := session(b, longText(10_000))
	measure(b, 40, func(i int) {
		if i%2 == 0 {
			e.didChange(u, partial(5004, 0, 5004, 0, "\n"))
		} else {
			e.didChange(u, partial(5004, 0, 5005, 0, ""))
		}
		e.diagnostics(u)
	})
}

func BenchmarkOpen(b *testing.B) {
	text := longText(10_000)
	measure(b, 5, func(i int) {
		e, _ := session(b, text)
		if err := e.leave(); err != nil {
			b.Fatal(err)
		}
	})
}

// BenchmarkRequest asks each question after a keystroke, when what was known
// of the document does not hold any more but for its diagnostics.
func BenchmarkRequest(b *testing.B) {
	type m = map[string]any
	at := func(line, column int) m { return m{"line": line, "character": column} }
	for _, r := range []struct {
		name, method string
		more         m
	}{
		{"completion", protocol.MethodTextDocumentCompletion, m{"position": at(5005, 7)}},
		{"hover", protocol.MethodTextDocumentHover, m{"position": at(5005, 7)}},
		{"signature", protocol.MethodTextDocumentSignatureHelp, m{"position": at(5005, 16)}},
		{"definition", protocol.MethodTextDocumentDefinition, m{"position": at(5005, 7)}},
		{"references", protocol.MethodTextDocumentReferences, m{"position": at(5005, 7), "context": m{"includeDeclaration": true}}},
		{"tokens", protocol.MethodTextDocumentSemanticTokensFull, nil},
		{"tokens-delta", protocol.MethodTextDocumentSemanticTokensFullDelta, nil},
		{"tokens-range", protocol.MethodTextDocumentSemanticTokensRange, m{"range": m{"start": at(5000, 0), "end": at(5060, 0)}}},
		{"symbols", protocol.MethodTextDocumentDocumentSymbol, nil},
		{"folding", protocol.MethodTextDocumentFoldingRange, nil},
		{"lenses", protocol.MethodTextDocumentCodeLens, nil},
		{"hints", protocol.MethodTextDocumentInlayHint, m{"range": m{"start": at(5000, 0), "end": at(5060, 0)}}},
		{"format", protocol.MethodTextDocumentFormatting, m{"options": m{"tabSize": 2, "insertSpaces": true}}},
		{"rename", protocol.MethodTextDocumentRename, m{"position": at(5005, 7), "newName": "stepping"}},
	} {
		b.Run(r.name, func(b *testing.B) {
			e, u := session(b, longText(10_000))
			params := m{"textDocument": m{"uri": u}}
			for k, v := range r.more {
				params[k] = v
			}
			var answer json.RawMessage
			call := func(method string) time.Duration {
				asked := raw(b, params)
				before := cpuTime()
				e.call(method, asked, &answer)
				took := cpuTime() - before
				if strings.HasPrefix(method, protocol.MethodTextDocumentSemanticTokensFull) { // what changed is asked from there on
					var last struct{ ResultID string }
					if err := json.Unmarshal(answer, &last); err != nil {
						b.Fatal(err)
					}
					params["previousResultId"] = last.ResultID
				}
				return took
			}
			if r.method == protocol.MethodTextDocumentSemanticTokensFullDelta {
				call(protocol.MethodTextDocumentSemanticTokensFull)
			}
			runtime.GC()
			var times []time.Duration
			for b.Loop() {
				times = times[:0]
				for i := range 60 {
					e.keystroke(u, i)
					e.diagnostics(u)
					times = append(times, call(r.method))
				}
			}
			slices.Sort(times)
			ms := func(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
			b.ReportMetric(ms(times[len(times)/2]), "ms/p50")
			b.ReportMetric(ms(times[len(times)*99/100]), "ms/p99")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// raw is a value as JSON.
func raw(b *testing.B, v any) json.RawMessage {
	b.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		b.Fatal(err)
	}
	return text
}

// liveMemory reports the memory that is in use once garbage is collected.
func liveMemory(b *testing.B, before uint64) {
	b.Helper()
	b.ReportMetric(float64(heap()-min(before, heap()))/(1<<20), "MB-live")
	b.ReportMetric(0, "ns/op")
}

func heap() uint64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func BenchmarkMemoryOfAFile(b *testing.B) {
	text := longText(10_000)
	for b.Loop() {
		before := heap()
		e, u := session(b, text)
		for i := range 10 {
			e.keystroke(u, i)
			e.diagnostics(u)
		}
		liveMemory(b, before)
		if err := e.leave(); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkProject opens a project of 1,000 files of 100 lines, each of which
// brings in the first one, and renames what they all use.
func BenchmarkProject(b *testing.B) {
	dir := b.TempDir()
	write(b, filepath.Join(dir, "f0.flo"), "define shared a\n  a\n")
	for i := range 1000 {
		write(b, filepath.Join(dir, fmt.Sprintf("f%d.flo", i+1)), "graft 'f0'\nshared 1\n"+longText(90))
	}
	for b.Loop() {
		before := heap()
		e := start(b, func(o *lsp.Options) { o.Log = slog.New(slog.NewTextHandler(io.Discard, nil)) })
		e.initialize(everything(), dir)
		u := uri.File(filepath.Join(dir, "f0.flo"))
		e.didOpen(u, "define shared a\n  a\n")
		e.diagnostics(u)
		var times []time.Duration
		for i := range 10 {
			var edit json.RawMessage
			start := cpuTime()
			e.call(protocol.MethodTextDocumentRename, json.RawMessage(fmt.Sprintf(
				`{"textDocument":{"uri":%q},"position":{"line":0,"character":9},"newName":"other%d"}`, u, i)), &edit)
			times = append(times, cpuTime()-start)
			if n := strings.Count(string(edit), `"newText"`); n != 1001 {
				b.Fatalf("%d places are renamed", n)
			}
		}
		slices.Sort(times)
		b.ReportMetric(float64(times[len(times)/2])/float64(time.Millisecond), "ms/rename")
		liveMemory(b, before)
		if err := e.leave(); err != nil {
			b.Fatal(err)
		}
	}
}
