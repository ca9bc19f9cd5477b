package lsp

import (
	"go.lsp.dev/protocol"

	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/format"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lsp/feature"
)

func (q *query) formatting(p *protocol.DocumentFormattingParams) ([]protocol.TextEdit, error) {
	d, err := q.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	return q.format(d, 0, 0)
}

func (q *query) rangeFormatting(p *protocol.DocumentRangeFormattingParams) ([]protocol.TextEdit, error) {
	d, err := q.document(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	first, last := int(p.Range.Start.Line)+1, int(p.Range.End.Line)+1
	if p.Range.End.Character == 0 && last > first {
		last-- // a range of whole lines ends where the next one starts
	}
	return q.format(d, first, last)
}

func (q *query) onTypeFormatting(p *protocol.DocumentOnTypeFormattingParams) ([]protocol.TextEdit, error) {
	d, view, err := q.alone(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	return q.textEdits(d.src, feature.FormatOnType(view, q.offset(d.src, p.Position), p.Ch)), nil
}

// format formats the lines first to last, counted from 1; all where they are
// zero.
func (q *query) format(d *document, first, last int) ([]protocol.TextEdit, error) {
	_, edits, err := format.Source(d.syntax(), format.Options{
		First: first, Last: last,
		Parse: func(src *source.File) *ast.File { return d.cache.parseOther(src, q.opts.Parser) },
	})
	if err != nil {
		return nil, err
	}
	list := make([]protocol.TextEdit, len(edits))
	for i, e := range edits {
		list[i] = protocol.TextEdit{Range: q.span(d.src, e.Span), NewText: e.Text}
	}
	return list, nil
}
