package lsp

import (
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lsp/feature"
)

// place is a document in its project, and an offset in it.
type place struct {
	*document
	root   *root
	view   *analysis.View
	offset int
}

// place finds the place that a request is about.
func (q *query) place(p protocol.TextDocumentPositionParams) (*place, error) {
	x, err := q.whole(p.TextDocument.URI)
	if err == nil {
		x.offset = q.offset(x.src, p.Position)
	}
	return x, err
}

// whole returns a document in its project.
func (q *query) whole(u uri.URI) (*place, error) {
	d, err := q.inProject(u)
	if err != nil {
		return nil, err
	}
	r := d.in(q.snapshot)
	return &place{document: d, root: r, view: r.view(d.file)}, nil
}

// alone returns a document for what its own text tells, for which there is no
// need to wait for others.
func (q *query) alone(u uri.URI) (*document, *analysis.View, error) {
	d, err := q.document(u)
	if err != nil {
		return nil, nil, err
	}
	return d, analysis.Alone(d.analysis()), nil
}

// location puts a place in a file of a root into the words of the protocol.
func (q *query) location(r *root, l feature.Location) protocol.Location {
	out := protocol.Location{URI: uri.URI(r.uri(l.Path))}
	if f := r.project().File(l.Path); f != nil {
		out.Range = q.span(f.Source(), l.Span)
	}
	return out
}

func (q *query) locations(r *root, found []feature.Location) []protocol.Location {
	list := make([]protocol.Location, len(found))
	for i, l := range found {
		list[i] = q.location(r, l)
	}
	return list
}

// textEdits puts changes of a file into the words of the protocol.
func (q *query) textEdits(src *source.File, edits []diag.Edit) []protocol.TextEdit {
	list := make([]protocol.TextEdit, len(edits))
	for i, e := range edits {
		list[i] = protocol.TextEdit{Range: q.span(src, e.Span), NewText: e.NewText}
	}
	return list
}

// workspaceEdit puts changes of files of a root into the words of the
// protocol. The editor refuses those of a document that has changed meanwhile.
func (q *query) workspaceEdit(r *root, files []feature.FileEdits) *protocol.WorkspaceEdit {
	out := &protocol.WorkspaceEdit{}
	for _, fe := range files {
		f := r.project().File(fe.Path)
		if f == nil || len(fe.Edits) == 0 {
			continue
		}
		u, edits := uri.URI(r.uri(fe.Path)), q.textEdits(f.Source(), fe.Edits)
		if !q.client.docChanges {
			if out.Changes == nil {
				out.Changes = map[uri.URI][]protocol.TextEdit{}
			}
			out.Changes[u] = edits
			continue
		}
		change := &protocol.TextDocumentEdit{Edits: make([]protocol.TextDocumentEditElement, len(edits))}
		change.TextDocument.URI = u
		if d := r.docs[fe.Path]; d != nil {
			change.TextDocument.Version = &d.version
		}
		for i := range edits {
			change.Edits[i] = &edits[i]
		}
		out.DocumentChanges = append(out.DocumentChanges, change)
	}
	return out
}

func markdown(text string) *protocol.MarkupContent {
	return &protocol.MarkupContent{Kind: protocol.MarkupKindMarkdown, Value: text}
}
