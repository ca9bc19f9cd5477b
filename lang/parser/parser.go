// Package parser makes a syntax tree of a definition. Logical lines are split
// first, each is parsed on its own by a participle grammar, and indentation
// builds the tree. So a line that does not parse costs one diagnostic, and
// the lines around it keep their meaning; and after a change only the lines
// that changed are parsed anew.
package parser

import (
	"strings"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

// Options bounds what is accepted. The zero value of each field stands for
// its default.
type Options struct {
	MaxBytes     int // size of a file in bytes; default 16 MiB
	MaxLineBytes int // size of a logical line in bytes; default 1 MiB
	// MaxDepth bounds, each on its own, how many brackets may be open, how
	// deep an expression and how deep lines may nest; default 500.
	MaxDepth int
}

func (o Options) withDefaults() Options {
	if o.MaxBytes <= 0 {
		o.MaxBytes = 16 << 20
	}
	if o.MaxLineBytes <= 0 {
		o.MaxLineBytes = 1 << 20
	}
	if o.MaxDepth <= 0 {
		o.MaxDepth = 500
	}
	return o
}

// Parse returns the syntax tree of a file, and what is wrong with it. It never
// fails: a line that does not parse stands in the tree with what could be
// read of it. It is safe for concurrent use.
func Parse(file *source.File, opts Options) (*ast.File, []diag.Diagnostic) {
	return parseFile(file, opts.withDefaults(), nil)
}

func parseFile(file *source.File, opts Options, cache *Cache) (*ast.File, []diag.Diagnostic) {
	p := newFileParser(file, opts, cache)
	p.run(nil)
	return p.out, p.diags
}

// newFileParser returns a parser that stands at the start of a file.
func newFileParser(file *source.File, opts Options, cache *Cache) *fileParser {
	p := &fileParser{file: file, text: file.Text, opts: opts, cache: cache, lines: 256, out: &ast.File{Source: file}}
	if p.out.HasMark() {
		p.pos = len("\ufeff")
	}
	return p
}

// run reads to the end of the file, or to the start of a line before which stop,
// if any, says so. It tells whether it was stopped.
func (p *fileParser) run(stop func() bool) (stopped bool) {
	if len(p.text) > p.opts.MaxBytes {
		p.report(0, fault{code: codeTooLarge, message: "this file is too large: " + bytesText(len(p.text)), hint: "at most " + bytesText(p.opts.MaxBytes) + " are accepted; split it"})
		return false
	}
	for p.pos < len(p.text) && len(p.diags) <= maxDiagnostics {
		line := p.text[p.pos:p.lineEnd()]
		if strings.Trim(line, " \t") == "" {
			p.pos += len(line)
		} else if stopped = stop != nil && stop(); stopped {
			break
		} else {
			p.add(p.chunk(line))
		}
		if strings.HasPrefix(p.text[p.pos:], "\r\n") {
			p.pos++
		}
		p.pos++
	}
	p.out.Lines = p.places.roots
	return stopped
}

type fileParser struct {
	file  *source.File
	text  string
	pos   int
	row   int // the line of text that the last chunk started on
	opts  Options
	cache *Cache

	out         *ast.File
	diags       []diag.Diagnostic
	places      placer
	slab        []ast.Line // room for lines yet to come
	lines       int        // how many that is at a time
	bound       bool       // some chunk depends on what comes after it
	join        ast.Join   // at the end of the last chunk
	tape        tape
	scanner     scanner
	neverClosed map[int]bool
	tooDeep     bool // the last line was
}

func (p *fileParser) lineEnd() int {
	end := len(p.text)
	if i := strings.IndexByte(p.text[p.pos:], '\n'); i >= 0 {
		end = p.pos + i
	}
	if i := strings.IndexByte(p.text[p.pos:end], '\r'); i >= 0 {
		end = p.pos + i
	}
	return end
}

// chunk reads the chunk that starts with a line.
func (p *fileParser) chunk(line string) *chunk {
	if p.cache != nil {
		if c := p.cache.get(line); c != nil {
			return c
		}
	}
	s := &p.scanner
	s.reset(p.text, p.pos, p.opts, p.neverClosed)
	if len(line) > p.opts.MaxLineBytes {
		p.bound = true
		s.tooLong(len(line))
		return readChunk(s, &p.tape)
	}
	if unclosed := s.scan(); len(unclosed) > 0 {
		if p.neverClosed == nil {
			p.neverClosed = map[int]bool{}
		}
		for _, at := range unclosed {
			p.neverClosed[at] = true
		}
		s.reset(p.text, p.pos, p.opts, p.neverClosed)
		s.scan()
	}
	if p.cache == nil || s.cut || s.peeked && s.pos == len(line) {
		p.bound = true
		return readChunk(s, &p.tape)
	}
	return p.cache.read(s, line, &p.tape)
}

// add puts the lines of a chunk in their places.
func (p *fileParser) add(c *chunk) {
	base := p.pos
	p.pos += c.size
	for p.row < p.file.LineCount() && p.file.LineStart(p.row+1) <= base {
		p.row++
	}
	rows := int32(1)
	for n := p.row + 1; n <= p.file.LineCount() && p.file.LineStart(n) <= base+c.size; n++ {
		rows++
	}
	for _, x := range c.comments {
		x.Start += base
		x.End += base
		p.out.Comments = append(p.out.Comments, x)
	}
	for i := range c.items {
		it := &c.items[i]
		if len(p.slab) == 0 {
			p.slab = make([]ast.Line, p.lines)
		}
		line := &p.slab[0]
		p.slab = p.slab[1:]
		line.Stmt, line.Number, line.Rows = it.stmt, p.file.Number(p.row), rows
		join := it.join
		if p.join != ast.NoJoin {
			join, p.join = p.join, ast.NoJoin
		}
		deep := p.places.place(line, it.indent, join, p.opts.MaxDepth)
		if deep && !p.tooDeep {
			p.report(base, fault{codeTooDeep, it.stmt.Start, it.stmt.Start + 1, "lines are nested too deep here", "at most " + numberText(p.opts.MaxDepth) + " levels are accepted; bring parts into functions of their own"})
		}
		p.tooDeep = deep
	}
	if c.trailing != ast.NoJoin && p.join == ast.NoJoin {
		p.join = c.trailing
	}
	for _, f := range c.faults {
		p.report(base, f)
	}
}

// maxDiagnostics is the number of errors after which a file is read no
// further, against files that are no definitions.
const maxDiagnostics = 10_000

// report makes a diagnostic, which never spans past the line it starts on.
func (p *fileParser) report(base int, f fault) {
	switch {
	case len(p.diags) > maxDiagnostics:
		return
	case len(p.diags) == maxDiagnostics:
		f.code, f.message, f.hint = codeTooMany, "too many errors: the file is not read on from here", "is this a definition at all?"
	}
	span := p.file.Span(base+f.start, base+f.end)
	if span.End.Line != span.Start.Line {
		span.End = p.file.LineEnd(span.Start)
	}
	p.diags = append(p.diags, diag.Diagnostic{Code: f.code, Severity: diag.Error, Span: span, Message: f.message, Hint: f.hint})
}
