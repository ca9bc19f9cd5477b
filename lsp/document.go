package lsp

import (
	"strings"
	"sync"

	"go.lsp.dev/uri"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lsp/feature"
)

// document is an open document in one of its versions. It is immutable.
type document struct {
	key     string  // its canonical URI
	uri     uri.URI // as the editor writes it
	version int32
	root    string // the folder of the root it belongs to
	path    string // below that folder
	cache   *cache
	*file
}

// file is a file with what it says on its own, each part of which is worked
// out when it is first asked for. It is safe for concurrent use.
type file struct {
	src      *source.File
	stamp    stamp // of the disk; zero for what is not from there
	syntax   func() *ast.File
	diags    func() []diag.Diagnostic // what the parser found
	analysis func() *analysis.File
}

// cache parses, analyses and checks the versions of a document, each with what is
// known of the one before.
type cache struct {
	mu     sync.Mutex
	parser parser.Cache
	last   *analysis.File
	found  check.Memory

	tokens  analysis.Memory[tokenChunk]
	outline analysis.Memory[[]*feature.OutlineItem]
}

func (c *cache) parse(src *source.File, opts parser.Options) (*ast.File, []diag.Diagnostic) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.parser.Parse(src, opts)
}

// parseOther parses a text that is much like the document.
func (c *cache) parseOther(src *source.File, opts parser.Options) *ast.File {
	c.mu.Lock()
	defer c.mu.Unlock()
	syntax, _ := c.parser.ParseOther(src, opts)
	return syntax
}

func (c *cache) analyze(env *analysis.Env, syntax *ast.File) *analysis.File {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.last == nil || c.last.Env != env {
		c.last = analysis.Analyze(env, syntax)
	} else {
		c.last = c.last.Next(syntax)
	}
	return c.last
}

// newFile returns a file; cache is nil for one that is not edited.
func newFile(src *source.File, env *analysis.Env, opts parser.Options, cache *cache) *file {
	f := &file{src: src}
	if cache == nil {
		// few ask for the syntax of such a file, and it takes much memory
		parse := func() (*ast.File, []diag.Diagnostic) { return parser.Parse(src, opts) }
		said := sync.OnceValues(func() (*analysis.File, []diag.Diagnostic) {
			syntax, diags := parse()
			return analysis.Analyze(env, syntax).Released(func() *ast.File {
				syntax, _ := parse()
				return syntax
			}), diags
		})
		f.analysis = func() *analysis.File { a, _ := said(); return a }
		f.diags = func() []diag.Diagnostic { _, ds := said(); return ds }
		f.syntax = func() *ast.File { return f.analysis().Syntax() }
		return f
	}
	parsed := sync.OnceValues(func() (*ast.File, []diag.Diagnostic) { return cache.parse(src, opts) })
	f.syntax = func() *ast.File { syntax, _ := parsed(); return syntax }
	f.diags = func() []diag.Diagnostic { _, ds := parsed(); return ds }
	f.analysis = sync.OnceValue(func() *analysis.File { return cache.analyze(env, f.syntax()) })
	return f
}

// edit is a change of a text: what stands between two offsets is replaced.
type edit struct {
	from, to int
	text     string
}

// apply makes a text of another by edits that stand in order, apart from each
// other.
func apply(text string, edits []edit) string {
	var b strings.Builder
	size := len(text)
	for _, e := range edits {
		size += len(e.text)
	}
	b.Grow(size)
	at := 0
	for _, e := range edits {
		b.WriteString(text[at:e.from])
		b.WriteString(e.text)
		at = e.to
	}
	b.WriteString(text[at:])
	return b.String()
}
