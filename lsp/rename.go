package lsp

import (
	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/florc-lang/florc/lsp/feature"
)

func (q *query) prepareRename(p *protocol.PrepareRenameParams) (*protocol.PrepareRenamePlaceholder, error) {
	x, err := q.place(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	span, name, err := feature.PrepareRename(x.view, x.offset)
	if err != nil {
		return nil, jsonrpc2.NewError(codeRequestFailed, err.Error())
	}
	return &protocol.PrepareRenamePlaceholder{Range: q.span(x.src, span), Placeholder: name}, nil
}

func (q *query) rename(p *protocol.RenameParams) (*protocol.WorkspaceEdit, error) {
	x, err := q.place(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	edits, err := feature.Rename(x.view, x.offset, p.NewName)
	if err != nil {
		return nil, jsonrpc2.NewError(codeRequestFailed, err.Error())
	}
	return q.workspaceEdit(x.root, edits), nil
}

// codeRequestFailed tells that a request is well, and cannot be fulfilled: the
// message is for people.
const codeRequestFailed jsonrpc2.Code = -32803

func (q *query) linked(p *protocol.LinkedEditingRangeParams) (*protocol.LinkedEditingRanges, error) {
	x, err := q.place(p.TextDocumentPositionParams)
	if err != nil {
		return nil, err
	}
	spans := feature.LinkedRanges(x.view, x.offset)
	if len(spans) == 0 {
		return nil, nil
	}
	out := &protocol.LinkedEditingRanges{}
	for _, s := range spans {
		out.Ranges = append(out.Ranges, q.span(x.src, s))
	}
	return out, nil
}
