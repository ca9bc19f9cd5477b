package lsp

import "go.lsp.dev/protocol"

// capabilities says what the server can do.
func (s *Server) capabilities() protocol.ServerCapabilities {
	n := s.current.Load()
	return protocol.ServerCapabilities{
		PositionEncoding: protocol.PositionEncodingKind(n.encoding),
		TextDocumentSync: &protocol.TextDocumentSyncOptions{
			OpenClose: new(true), Change: new(protocol.TextDocumentSyncKindIncremental), Save: protocol.Boolean(true),
		},
		DiagnosticProvider:              &protocol.DiagnosticOptions{InterFileDependencies: true, WorkspaceDiagnostics: true},
		DocumentFormattingProvider:      protocol.Boolean(true),
		DocumentRangeFormattingProvider: protocol.Boolean(true),
		Workspace: &protocol.WorkspaceOptions{
			WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{Supported: new(true), ChangeNotifications: protocol.Boolean(true)},
		},
	}
}
