package lsp

import (
	"strconv"

	"go.lsp.dev/protocol"

	"github.com/florc-lang/florc/lang/analysis"
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

func (q *query) documentSymbols(p *protocol.DocumentSymbolParams) (any, error) {
	d, view, err := q.alone(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	parts := d.cache.outline.Each(view, func(v *analysis.View, s analysis.Stretch) []*feature.OutlineItem { return feature.OutlineOf(v, s.Part) })
	if q.client.hierarchicalSymbols {
		return &symbolsAnswer{q.encoding, d.src, parts}, nil
	}
	list := protocol.SymbolInformationSlice{}
	for _, outline := range parts {
		list = q.symbolList(list, d, "", *outline)
	}
	return list, nil
}

// symbolsAnswer is protocol.DocumentSymbolSlice, of which there are many in a
// long document.
type symbolsAnswer struct {
	encoding
	src   *source.File
	parts []*[]*feature.OutlineItem
}

func (a *symbolsAnswer) appendJSON(b []byte) []byte {
	b = append(b, '[')
	from := len(b)
	for _, outline := range a.parts {
		b = a.items(b, from, *outline)
	}
	return append(b, ']')
}

// items appends the items of a list that starts at an offset of b.
func (a *symbolsAnswer) items(b []byte, from int, items []*feature.OutlineItem) []byte {
	for _, s := range items {
		if len(b) > from {
			b = append(b, ',')
		}
		b = appendString(append(b, `{"name":`...), s.Name)
		if s.Detail != "" {
			b = appendString(append(b, `,"detail":`...), s.Detail)
		}
		b = strconv.AppendUint(append(b, `,"kind":`...), uint64(symbolKinds[s.Kind]), 10)
		b = a.appendSpan(append(b, `,"range":`...), a.src, s.Span)
		b = a.appendSpan(append(b, `,"selectionRange":`...), a.src, s.NameSpan)
		if len(s.Children) > 0 {
			b = append(b, `,"children":[`...)
			b = append(a.items(b, len(b), s.Children), ']')
		}
		b = append(b, '}')
	}
	return b
}

// symbolList lists the symbols for editors that know no trees of them.
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
