package lsp

import (
	"fmt"
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/florc-lang/florc/lang/source"
)

func (s *Server) didOpen(p *protocol.DidOpenTextDocumentParams) error {
	item := p.TextDocument
	n := s.current.Load().clone()
	d := s.open(n, item.URI, item.Version, strings.Clone(item.Text))
	s.publish(n, d.key)
	return nil
}

func (s *Server) didChange(p *protocol.DidChangeTextDocumentParams) error {
	n := s.current.Load()
	d, err := n.openDocument(p.TextDocument.URI)
	if err != nil {
		return err
	}
	src, err := n.change(d.src, p.ContentChanges)
	if err != nil {
		return err
	}
	n = n.clone()
	n.put(n.revise(d, p.TextDocument.Version, src))
	s.publish(n, d.key)
	return nil
}

func (s *Server) didSave(p *protocol.DidSaveTextDocumentParams) error {
	if !s.client.watchesFiles {
		s.rescan()
	}
	return nil
}

func (s *Server) didClose(p *protocol.DidCloseTextDocumentParams) error {
	n := s.current.Load()
	d, err := n.openDocument(p.TextDocument.URI)
	if err != nil {
		return err
	}
	s.mu.Lock()
	delete(s.told, d.key)
	s.mu.Unlock()
	n = n.clone()
	n.close(d, s.loader(d.in(n)))
	s.publish(n, d.key)
	return nil
}

// openDocument returns the open document of a URI.
func (n *snapshot) openDocument(u uri.URI) (*document, error) {
	if d := n.docs[canonical(string(u))]; d != nil {
		return d, nil
	}
	return nil, fmt.Errorf("the document %s is not open", u)
}

// open adds a document.
func (s *Server) open(n *snapshot, u uri.URI, version int32, text string) *document {
	d := &document{key: canonical(string(u)), uri: uri.URI(strings.Clone(string(u))), version: version, cache: &cache{}}
	s.settle(n, n.roots, d)
	d.file = n.fileOf(d, source.NewEdited(d.path, text))
	n.put(d)
	return d
}

// fileOf returns the file that a document is with a text.
func (n *snapshot) fileOf(d *document, src *source.File) *file {
	return newFile(src, d.in(n).checker.Env, n.options.Parser, d.cache)
}

// revise returns the next version of a document.
func (n *snapshot) revise(d *document, version int32, src *source.File) *document {
	next := *d
	next.version = version
	next.file = n.fileOf(d, src)
	return &next
}

// put adds a document that has a root, or replaces it.
func (n *snapshot) put(d *document) {
	n.docs[d.key] = d
	n.roots[d.root] = d.in(n).with(d)
}

// close takes a document away. What is on the disk counts from then on.
func (n *snapshot) close(d *document, disk loader) {
	delete(n.docs, d.key)
	r := d.in(n)
	var onDisk *file
	if r.complete && r.disk.isDone() && r.disk.files[d.path] != nil {
		onDisk = disk.read(r.dir, d.path)
	}
	if r = r.without(d.path, onDisk); r.implied && len(r.docs) == 0 {
		delete(n.roots, d.root)
		return
	}
	n.roots[d.root] = r
}

// change returns a text with the changes of an editor. Each counts on those
// before it.
func (n *snapshot) change(src *source.File, changes []protocol.TextDocumentContentChangeEvent) (*source.File, error) {
	// Most editors give several changes from the last to the first one. Those
	// are made at once.
	var edits []edit
	var first protocol.Position // where the first of them starts
	flush := func() {
		if len(edits) > 0 {
			src = src.Next(apply(src.Text, edits))
			edits = nil
		}
	}
	for _, c := range changes {
		switch c := c.(type) {
		case *protocol.TextDocumentContentChangeWholeDocument:
			edits = nil
			src = src.Next(strings.Clone(c.Text))
		case *protocol.TextDocumentContentChangePartial:
			r := c.Range
			if isAfter(r.Start, r.End) {
				r.Start, r.End = r.End, r.Start
			}
			if len(edits) > 0 && isAfter(r.End, first) {
				flush()
			}
			first = r.Start
			from, to := n.stretch(src, r)
			edits = append([]edit{{from, to, c.Text}}, edits...)
		default:
			return nil, fmt.Errorf("a change of the kind %T", c)
		}
	}
	flush()
	return src, nil
}

func isAfter(a, b protocol.Position) bool {
	return a.Line > b.Line || a.Line == b.Line && a.Character > b.Character
}
