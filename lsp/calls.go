package lsp

import (
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lsp/feature"
)

func (q *query) prepareCalls(p *protocol.CallHierarchyPrepareParams) ([]protocol.CallHierarchyItem, error) {
	x, err := q.place(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	var list []protocol.CallHierarchyItem
	for _, item := range feature.PrepareCalls(x.view, x.offset) {
		list = append(list, q.callItem(x.root, item))
	}
	return list, nil
}

func (q *query) incomingCalls(p *protocol.CallHierarchyIncomingCallsParams) ([]protocol.CallHierarchyIncomingCall, error) {
	r, item, err := q.calledItem(&p.Item)
	if err != nil {
		return nil, err
	}
	list := []protocol.CallHierarchyIncomingCall{}
	for _, e := range feature.IncomingCalls(r.project(), item) {
		list = append(list, protocol.CallHierarchyIncomingCall{From: q.callItem(r, e.Item), FromRanges: q.callRanges(r, e.Item.Path, e.Spans)})
	}
	return list, nil
}

func (q *query) outgoingCalls(p *protocol.CallHierarchyOutgoingCallsParams) ([]protocol.CallHierarchyOutgoingCall, error) {
	r, item, err := q.calledItem(&p.Item)
	if err != nil {
		return nil, err
	}
	list := []protocol.CallHierarchyOutgoingCall{}
	for _, e := range feature.OutgoingCalls(r.project(), item) {
		list = append(list, protocol.CallHierarchyOutgoingCall{To: q.callItem(r, e.Item), FromRanges: q.callRanges(r, item.Path, e.Spans)})
	}
	return list, nil
}

func (q *query) callItem(r *root, item feature.CallItem) protocol.CallHierarchyItem {
	out := protocol.CallHierarchyItem{
		Name: item.Name, Kind: protocol.SymbolKindFunction, URI: uri.URI(r.uri(item.Path)),
	}
	if item.Detail != "" {
		out.Detail = &item.Detail
	}
	if item.NameSpan.Start == item.NameSpan.End {
		out.Kind = protocol.SymbolKindFile
	}
	if f := r.project().File(item.Path); f != nil {
		out.Range, out.SelectionRange = q.span(f.Source(), item.Span), q.span(f.Source(), item.NameSpan)
	}
	return out
}

// calledItem returns the root and the item of what callItem gave. The places
// are looked up again, since the file may have changed.
func (q *query) calledItem(item *protocol.CallHierarchyItem) (*root, feature.CallItem, error) {
	key := canonical(string(item.URI))
	r := q.rootOf(key)
	if r == nil {
		return nil, feature.CallItem{}, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "the file %s belongs to no folder that is open", item.URI)
	}
	if err := q.loads(r); err != nil {
		return nil, feature.CallItem{}, err
	}
	if err := q.turn(); err != nil {
		return nil, feature.CallItem{}, err
	}
	path, _ := relative(r.folder, key)
	f := r.project().File(path)
	if f == nil {
		return nil, feature.CallItem{}, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "there is no file %s", path)
	}
	src := f.Source()
	out := feature.CallItem{Name: item.Name, Path: path}
	out.Span = src.Span(q.stretch(src, item.Range))
	out.NameSpan = src.Span(q.stretch(src, item.SelectionRange))
	return r, out, nil
}

func (q *query) callRanges(r *root, path string, spans []source.Span) []protocol.Range {
	list := []protocol.Range{}
	if f := r.project().File(path); f != nil {
		for _, s := range spans {
			list = append(list, q.span(f.Source(), s))
		}
	}
	return list
}
