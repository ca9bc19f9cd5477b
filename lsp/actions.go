package lsp

import (
	"encoding/json"
	"strings"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lsp/feature"
)

// actionData is what an editor hands back to have an action resolved.
type actionData struct {
	URI     string `json:"uri"`
	Version int32  `json:"version"`
	From    int    `json:"from"`
	To      int    `json:"to"`
}

func (q *query) actions(p *protocol.CodeActionParams) ([]protocol.CodeAction, error) {
	x, err := q.whole(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	found := x.root.report(x.path, x.file)
	from, to := q.stretch(x.src, p.Range)
	list := []protocol.CodeAction{}
	for _, a := range feature.Actions(x.view, from, to, found) {
		kind := protocol.CodeActionKind(a.Kind)
		if !isWanted(kind, p.Context.Only) {
			continue
		}
		out := protocol.CodeAction{Title: a.Title, Kind: &kind}
		if a.Preferred {
			out.IsPreferred = &a.Preferred
		}
		if a.Diagnostic != nil {
			out.Diagnostics = q.diagnostics(q.encoding, string(x.uri), x.src, []diag.Diagnostic{*a.Diagnostic})
		}
		if a.Edits == nil && q.client.resolvesActions {
			if out.Data, err = json.Marshal(actionData{string(x.uri), x.version, a.From, a.To}); err != nil {
				return nil, err
			}
		} else if out.Edit, err = q.actionEdit(x, a); err != nil {
			continue // it is offered, and can't be done after all
		}
		list = append(list, out)
	}
	return list, nil
}

// isWanted tells whether actions of a kind are asked for: of one of these
// kinds, or of one within them.
func isWanted(kind protocol.CodeActionKind, only []protocol.CodeActionKind) bool {
	for _, k := range only {
		if kind == k || strings.HasPrefix(string(kind), string(k)+".") || k == "" {
			return true
		}
	}
	return len(only) == 0
}

func (q *query) actionEdit(x *place, a feature.Action) (*protocol.WorkspaceEdit, error) {
	edits, err := feature.ResolveAction(x.view, a)
	if err != nil {
		return nil, err
	}
	return q.workspaceEdit(x.root, []feature.FileEdits{{Path: x.path, Edits: edits}}), nil
}

func (q *query) resolveAction(action *protocol.CodeAction) (*protocol.CodeAction, error) {
	if len(action.Data) == 0 || action.Kind == nil {
		return action, nil
	}
	var data actionData
	if err := json.Unmarshal(action.Data, &data); err != nil {
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "the data of the action are not those that it had: %v", err)
	}
	x, err := q.whole(uri.URI(data.URI))
	if err != nil {
		return nil, err
	}
	if x.version != data.Version {
		return nil, protocol.ErrContentModified
	}
	a := feature.Action{Title: action.Title, Kind: feature.ActionKind(*action.Kind), From: data.From, To: data.To}
	if action.Edit, err = q.actionEdit(x, a); err != nil {
		return nil, jsonrpc2.NewError(codeRequestFailed, err.Error())
	}
	return action, nil
}
