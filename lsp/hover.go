package lsp

import (
	"go.lsp.dev/protocol"

	"github.com/florc-lang/florc/lsp/feature"
)

func (q *query) hover(p *protocol.HoverParams) (*protocol.Hover, error) {
	x, err := q.place(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	info := feature.Hover(x.view, x.offset)
	if info == nil {
		return nil, nil
	}
	at := q.span(x.src, info.Span)
	return &protocol.Hover{Contents: markdown(info.Markdown), Range: &at}, nil
}
