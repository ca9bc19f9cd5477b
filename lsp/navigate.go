package lsp

import (
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/florc-lang/florc/lsp/feature"
)

func (q *query) definition(p *protocol.DefinitionParams) (protocol.LocationSlice, error) {
	x, err := q.place(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	return q.locations(x.root, feature.Definition(x.view, x.offset)), nil
}

func (q *query) references(p *protocol.ReferenceParams) ([]protocol.Location, error) {
	x, err := q.place(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	return q.locations(x.root, feature.References(x.view, x.offset, p.Context.IncludeDeclaration)), nil
}

func (q *query) highlights(p *protocol.DocumentHighlightParams) ([]protocol.DocumentHighlight, error) {
	x, err := q.place(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	list := []protocol.DocumentHighlight{}
	for _, h := range feature.Highlights(x.view, x.offset) {
		kind := protocol.DocumentHighlightKindRead
		if h.Write {
			kind = protocol.DocumentHighlightKindWrite
		}
		list = append(list, protocol.DocumentHighlight{Range: q.span(x.src, h.Span), Kind: kind})
	}
	return list, nil
}

func (q *query) links(p *protocol.DocumentLinkParams) ([]protocol.DocumentLink, error) {
	x, err := q.whole(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	list := []protocol.DocumentLink{}
	for _, l := range feature.Links(x.view) {
		target := uri.URI(x.root.uri(l.Path))
		list = append(list, protocol.DocumentLink{Range: q.span(x.src, l.Span), Target: &target})
	}
	return list, nil
}
