package parser

import (
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
}

// entry is what is known of a text: the chunk that it is, or, where chunk is
// nil, that it is the first line of a chunk of several.
type entry struct {
	chunk *chunk
	turn  int
}

// Parse is like the function Parse.
func (c *Cache) Parse(file *source.File, opts Options) (*ast.File, []diag.Diagnostic) {
	opts = opts.withDefaults()
	if c.entries == nil || c.opts != opts {
		*c = Cache{opts: opts, entries: map[string]*entry{}, turn: c.turn}
	}
	c.turn++
	c.used = 0
	out, diags := parseFile(file, opts, c)
	if len(c.entries) > 2*c.used+1000 {
		for text, e := range c.entries {
			if e.turn != c.turn {
				delete(c.entries, text)
			}
		}
	}
	return out, diags
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
