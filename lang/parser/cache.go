package parser

import (
	"sort"
	"strings"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

// Cache parses a file again and again, as an editor does, and parses only
// what it has not met before: a line, with those it spans together with, is
// kept by its text. What the last parse did not need is forgotten in time.
//
// The zero Cache is ready for use. It is not safe for concurrent use; the
// files it returns are.
type Cache struct {
	opts    Options
	entries map[string]*entry
	turn    int // number of the parse under way
	used    int // entries that it needed
	needed  int // entries that the last parse of a whole file needed
	last    *version
}

// entry is what is known of a text: the chunk that it is, or, where chunk is
// nil, that it is the first line of a chunk of several.
type entry struct {
	chunk *chunk
	turn  int
}

// version is what came of a parse. No chunk of it depends on what comes after
// it.
type version struct {
	*ast.File
	diags []diag.Diagnostic
}

// Parse is like the function Parse. Lines at the outermost level that are those
// of the file that was parsed before, with all that is nested in them, are the
// same lines where the file is a next version of that one (source.File.Next).
func (c *Cache) Parse(file *source.File, opts Options) (*ast.File, []diag.Diagnostic) {
	c.begin(opts)
	if out, diags := c.next(file); out != nil {
		return out, diags
	}
	p := newFileParser(file, c.opts, c)
	p.run(nil)
	if len(c.entries) > 2*c.used+1000 {
		for text, e := range c.entries {
			if e.turn != c.turn {
				delete(c.entries, text)
			}
		}
	}
	c.needed = c.used
	c.keep(p)
	return p.out, p.diags
}

// ParseOther parses a file that is no version of the one that Parse is given,
// but has most lines in common with it.
func (c *Cache) ParseOther(file *source.File, opts Options) (*ast.File, []diag.Diagnostic) {
	c.begin(opts)
	p := newFileParser(file, c.opts, c)
	p.run(nil)
	return p.out, p.diags
}

func (c *Cache) begin(opts Options) {
	opts = opts.withDefaults()
	if c.entries == nil || c.opts != opts {
		*c = Cache{opts: opts, entries: map[string]*entry{}, turn: c.turn}
	}
	c.turn++
	c.used = 0
}

// maxKeptDiagnostics is how many errors a file may have whose next version is
// made of it.
const maxKeptDiagnostics = 1000

// keep remembers what came of a parse, for the next one.
func (c *Cache) keep(p *fileParser) {
	c.last = nil
	if !p.bound && len(p.diags) <= maxKeptDiagnostics {
		c.last = &version{p.out, p.diags}
	}
}

// next parses the next version of a file. Of the lines at the outermost level
// those are kept that start in the part of the text that is the same, at its
// start and at its end. It returns nil where that can't be done.
func (c *Cache) next(file *source.File) (*ast.File, []diag.Diagnostic) {
	old := c.last
	if old == nil || len(c.entries) > 2*c.needed+1000 || len(file.Text) > c.opts.MaxBytes {
		return nil, nil
	}
	head, tail := source.Common(old.Source, file)
	shift := file.LineCount() - old.Source.LineCount()
	rowOf := func(i int) int { return old.Source.Row(source.Pos{Line: old.Lines[i].Number}) }
	// from is the first line that is read anew
	from := sort.Search(len(old.Lines), func(i int) bool { return rowOf(i) > head }) - 1
	for from > 0 && !isClean(old.Lines[from]) {
		from--
	}
	p := newFileParser(file, c.opts, c)
	p.lines = 16
	from = max(from, 0)
	at := from // the first line that is kept again
	isKept := func() bool {
		row := file.LineAt(p.pos) - shift
		if p.join != ast.NoJoin || row <= old.Source.LineCount()-tail {
			return false
		}
		for at < len(old.Lines) && rowOf(at) < row {
			at++
		}
		return at < len(old.Lines) && rowOf(at) == row && isClean(old.Lines[at])
	}
	if from > 0 {
		p.row = rowOf(from)
		p.pos = file.LineStart(p.row)
		p.places.roots = append(make([]*ast.Line, 0, len(old.Lines)+16), old.Lines[:from]...)
		p.out.Comments = append(make([]ast.Comment, 0, len(old.Comments)+16), old.Comments[:commentsBefore(old.Comments, p.pos)]...)
		for _, d := range old.diags {
			if d.Span.Start.Line < old.Lines[from].Number {
				p.diags = append(p.diags, d)
			}
		}
	}
	if !p.run(isKept) {
		at = len(old.Lines)
	}
	if p.bound || len(p.diags) > maxKeptDiagnostics {
		return nil, nil
	}
	if at < len(old.Lines) {
		p.out.Lines = append(p.out.Lines, old.Lines[at:]...)
		by := len(file.Text) - len(old.Source.Text)
		for _, x := range old.Comments[commentsBefore(old.Comments, p.pos-by):] {
			x.Start += by
			x.End += by
			p.out.Comments = append(p.out.Comments, x)
		}
		for _, d := range old.diags {
			if d.Span.Start.Line >= old.Lines[at].Number {
				p.diags = append(p.diags, d)
			}
		}
	}
	c.keep(p)
	return p.out, p.diags
}

// isClean tells whether a line is at the outermost level whatever stands above
// it.
func isClean(l *ast.Line) bool { return l.Indent == 0 && l.Join == ast.NoJoin }

func commentsBefore(list []ast.Comment, offset int) int {
	return sort.Search(len(list), func(i int) bool { return list[i].Start >= offset })
}

// touch returns what is known of a text, or nil.
func (c *Cache) touch(text string) *entry {
	e := c.entries[text]
	if e != nil && e.turn != c.turn {
		e.turn = c.turn
		c.used++
	}
	return e
}

// get returns the chunk that a line is on its own, nil where that is not
// known or takes more lines to tell.
func (c *Cache) get(line string) *chunk {
	if e := c.touch(line); e != nil {
		return e.chunk
	}
	return nil
}

// read returns the chunk that was scanned, parsing it where that was not done
// before. The text is copied, so that the entry does not keep alive the whole
// file it comes from.
func (c *Cache) read(s *scanner, line string, tape *tape) *chunk {
	text := s.text[:s.pos]
	if s.pos > len(line) {
		if c.touch(line) == nil {
			c.put(strings.Clone(line), nil)
		}
		if e := c.touch(text); e != nil && e.chunk != nil {
			return e.chunk
		}
	}
	s.text = strings.Clone(text)
	for i := range s.toks {
		t := &s.toks[i]
		t.Value = s.text[t.Pos.Offset : t.Pos.Offset+len(t.Value)]
	}
	chunk := readChunk(s, tape)
	c.put(s.text, chunk)
	return chunk
}

func (c *Cache) put(text string, chunk *chunk) {
	c.entries[text] = &entry{chunk, c.turn}
	c.used++
}
