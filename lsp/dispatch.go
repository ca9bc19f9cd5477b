package lsp

import (
	"context"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"
)

// notifications says what is done with each notification.
var notifications = map[string]func(*Server, jsonrpc2.RawMessage) error{
	protocol.MethodInitialized:                        notified((*Server).initialized),
	protocol.MethodCancelRequest:                      notified((*Server).cancel),
	protocol.MethodTextDocumentDidOpen:                notified((*Server).didOpen),
	protocol.MethodTextDocumentDidChange:              notified((*Server).didChange),
	protocol.MethodTextDocumentDidSave:                notified((*Server).didSave),
	protocol.MethodTextDocumentDidClose:               notified((*Server).didClose),
	protocol.MethodWorkspaceDidChangeWatchedFiles:     notified((*Server).didChangeWatchedFiles),
	protocol.MethodWorkspaceDidChangeWorkspaceFolders: notified((*Server).didChangeWorkspaceFolders),
}

// requests says how each request is answered.
var requests = map[string]func(*query, jsonrpc2.RawMessage) (any, error){
	protocol.MethodTextDocumentDiagnostic:              answered((*query).diagnostic),
	protocol.MethodWorkspaceDiagnostic:                 answered((*query).workspaceDiagnostic),
	protocol.MethodTextDocumentFormatting:              answered((*query).formatting),
	protocol.MethodTextDocumentRangeFormatting:         answered((*query).rangeFormatting),
	protocol.MethodTextDocumentOnTypeFormatting:        answered((*query).onTypeFormatting),
	protocol.MethodTextDocumentCodeAction:              answered((*query).actions),
	protocol.MethodCodeActionResolve:                   answered((*query).resolveAction),
	protocol.MethodTextDocumentHover:                   answered((*query).hover),
	protocol.MethodTextDocumentCompletion:              answered((*query).completion),
	protocol.MethodCompletionItemResolve:               answered((*query).resolveCompletion),
	protocol.MethodTextDocumentSignatureHelp:           answered((*query).signature),
	protocol.MethodTextDocumentDefinition:              answered((*query).definition),
	protocol.MethodTextDocumentReferences:              answered((*query).references),
	protocol.MethodTextDocumentDocumentHighlight:       answered((*query).highlights),
	protocol.MethodTextDocumentDocumentLink:            answered((*query).links),
	protocol.MethodTextDocumentDocumentSymbol:          answered((*query).documentSymbols),
	protocol.MethodWorkspaceSymbol:                     answered((*query).workspaceSymbols),
	protocol.MethodTextDocumentFoldingRange:            answered((*query).folds),
	protocol.MethodTextDocumentSelectionRange:          answered((*query).selections),
	protocol.MethodTextDocumentSemanticTokensFull:      answered((*query).tokens),
	protocol.MethodTextDocumentSemanticTokensFullDelta: answered((*query).tokensDelta),
	protocol.MethodTextDocumentSemanticTokensRange:     answered((*query).tokensRange),
	protocol.MethodTextDocumentPrepareRename:           answered((*query).prepareRename),
	protocol.MethodTextDocumentRename:                  answered((*query).rename),
	protocol.MethodTextDocumentLinkedEditingRange:      answered((*query).linked),
	protocol.MethodTextDocumentPrepareCallHierarchy:    answered((*query).prepareCalls),
	protocol.MethodCallHierarchyIncomingCalls:          answered((*query).incomingCalls),
	protocol.MethodCallHierarchyOutgoingCalls:          answered((*query).outgoingCalls),
	protocol.MethodTextDocumentInlayHint:               answered((*query).hints),
	protocol.MethodTextDocumentCodeLens:                answered((*query).lenses),
	protocol.MethodCodeLensResolve:                     answered((*query).resolveLens),
	protocol.MethodWorkspaceWillRenameFiles:            answered((*query).willRenameFiles),
}

func notified[P any](f func(*Server, *P) error) func(*Server, jsonrpc2.RawMessage) error {
	return func(s *Server, raw jsonrpc2.RawMessage) error {
		var p P
		if err := decode(raw, &p); err != nil {
			return err
		}
		return f(s, &p)
	}
}

func answered[P, R any](f func(*query, *P) (R, error)) func(*query, jsonrpc2.RawMessage) (any, error) {
	return func(q *query, raw jsonrpc2.RawMessage) (any, error) {
		var p P
		if err := decode(raw, &p); err != nil {
			return nil, err
		}
		return f(q, &p)
	}
}

func decode(raw jsonrpc2.RawMessage, p any) error {
	if len(raw) == 0 {
		raw = jsonrpc2.RawMessage("{}")
	}
	if err := protocol.Unmarshal(raw, p); err != nil {
		return jsonrpc2.Errorf(jsonrpc2.InvalidParams, "the parameters make no sense: %v", err)
	}
	return nil
}

// query is a request under way.
type query struct {
	*Server
	*snapshot
	ctx  context.Context
	on   []*document // what it is about
	busy bool        // it has a slot
}

// document returns an open document, and waits until it is this request's
// turn to be worked on.
func (q *query) document(u uri.URI) (*document, error) {
	d := q.docs[canonical(string(u))]
	if d == nil {
		return nil, jsonrpc2.Errorf(jsonrpc2.InvalidParams, "the document %s is not open", u)
	}
	q.on = append(q.on, d)
	return d, q.turn()
}

// inProject is document for an answer that takes the other files of the
// project: it waits until they have been read.
func (q *query) inProject(u uri.URI) (*document, error) {
	if d := q.docs[canonical(string(u))]; d != nil {
		if err := q.loads(d.in(q.snapshot)); err != nil {
			return nil, err
		}
	}
	return q.document(u)
}

// loads waits until the files of a root have been read.
func (q *query) loads(r *root) error {
	select {
	case <-r.disk.done:
		return nil
	case <-q.ctx.Done():
		return context.Cause(q.ctx)
	}
}

// turn waits until it is this request's turn.
func (q *query) turn() error {
	if q.busy {
		return nil
	}
	select {
	case q.slots <- struct{}{}:
		q.busy = true
	case <-q.ctx.Done():
		return context.Cause(q.ctx)
	}
	if q.superseded() {
		return protocol.ErrContentModified
	}
	return context.Cause(q.ctx)
}

func (q *query) done() {
	if q.busy {
		<-q.slots
	}
}

// superseded tells whether a document that the request is about has changed
// since it came.
func (q *query) superseded() bool {
	now := q.Server.current.Load()
	for _, d := range q.on {
		if now.docs[d.key] != d {
			return true
		}
	}
	return false
}
