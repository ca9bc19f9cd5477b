package lsp

import (
	"go.lsp.dev/protocol"

	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lsp/feature"
)

var symbolKinds = map[feature.OutlineKind]protocol.SymbolKind{
	feature.OutlineFunction: protocol.SymbolKindFunction,
	feature.OutlineVariable: protocol.SymbolKindVariable,
	feature.OutlineTag:      protocol.SymbolKindNamespace,
	feature.OutlineTask:     protocol.SymbolKindMethod,
	feature.OutlineSignal:   protocol.SymbolKindEvent,
	feature.OutlineHandler:  protocol.SymbolKindInterface,
	feature.OutlineImport:   protocol.SymbolKindModule,
	feature.OutlineField:    protocol.SymbolKindField,
}

func (q *query) documentSymbols(p *protocol.DocumentSymbolParams) (protocol.DocumentSymbolResult, error) {
	d, view, err := q.alone(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	outline := feature.Outline(view)
	if q.client.hierarchicalSymbols {
		return protocol.DocumentSymbolSlice(q.symbolTree(d.src, outline)), nil
	}
	return q.symbolList(protocol.SymbolInformationSlice{}, d, "", outline), nil
}

func (q *query) symbolTree(src *source.File, outline []*feature.OutlineItem) []protocol.DocumentSymbol {
	list := make([]protocol.DocumentSymbol, len(outline))
	for i, s := range outline {
		list[i] = protocol.DocumentSymbol{
			Name: s.Name, Kind: symbolKinds[s.Kind], Range: q.span(src, s.Span), SelectionRange: q.span(src, s.NameSpan),
		}
		if s.Detail != "" {
			list[i].Detail = &s.Detail
		}
		if len(s.Children) > 0 {
			list[i].Children = q.symbolTree(src, s.Children)
		}
	}
	return list
}

// symbolList is symbolTree for editors that know no trees.
func (q *query) symbolList(list protocol.SymbolInformationSlice, d *document, in string, outline []*feature.OutlineItem) protocol.SymbolInformationSlice {
	for _, s := range outline {
		x := protocol.SymbolInformation{Location: protocol.Location{URI: d.uri, Range: q.span(d.src, s.Span)}}
		x.Name, x.Kind = s.Name, symbolKinds[s.Kind]
		if in != "" {
			x.ContainerName = &in
		}
		list = q.symbolList(append(list, x), d, s.Name, s.Children)
	}
	return list
}

// maxSymbols is how many symbols of a workspace an editor gets for a query.
const maxSymbols = 500

func (q *query) workspaceSymbols(p *protocol.WorkspaceSymbolParams) (protocol.SymbolInformationSlice, error) {
	list := protocol.SymbolInformationSlice{}
	for _, r := range q.folders() {
		if err := q.loads(r); err != nil {
			return nil, err
		}
		if err := q.turn(); err != nil {
			return nil, err
		}
		for _, s := range feature.FindSymbols(r.project(), p.Query, maxSymbols) {
			x := protocol.SymbolInformation{Location: q.location(r, s.Location)}
			x.Name, x.Kind, x.ContainerName = s.Name, symbolKinds[s.Kind], &s.Path
			list = append(list, x)
		}
	}
	return list, nil
}

func (q *query) folds(p *protocol.FoldingRangeParams) ([]protocol.FoldingRange, error) {
	_, view, err := q.alone(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	folds := feature.Folds(view)
	list := make([]protocol.FoldingRange, len(folds))
	for i, f := range folds {
		list[i] = protocol.FoldingRange{StartLine: uint32(f.First - 1), EndLine: uint32(f.Last - 1)}
		if f.Comment {
			list[i].Kind = protocol.FoldingRangeKindComment
		}
	}
	return list, nil
}

func (q *query) selections(p *protocol.SelectionRangeParams) ([]protocol.SelectionRange, error) {
	d, view, err := q.alone(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	list := make([]protocol.SelectionRange, len(p.Positions))
	for i, at := range p.Positions {
		var outer *protocol.SelectionRange
		spans := feature.Selection(view, q.offset(d.src, at))
		for k := len(spans) - 1; k >= 0; k-- {
			outer = &protocol.SelectionRange{Range: q.span(d.src, spans[k]), Parent: outer}
		}
		if outer == nil {
			outer = &protocol.SelectionRange{Range: protocol.Range{Start: at, End: at}}
		}
		list[i] = *outer
	}
	return list, nil
}
