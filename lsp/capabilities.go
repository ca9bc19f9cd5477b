package lsp

import (
	"go.lsp.dev/protocol"

	"github.com/florc-lang/florc/lsp/feature"
)

// capabilities says what the server can do.
func (s *Server) capabilities() protocol.ServerCapabilities {
	n := s.current.Load()
	return protocol.ServerCapabilities{
		PositionEncoding: protocol.PositionEncodingKind(n.encoding),
		TextDocumentSync: &protocol.TextDocumentSyncOptions{
			OpenClose: new(true), Change: new(protocol.TextDocumentSyncKindIncremental), Save: protocol.Boolean(true),
		},
		DiagnosticProvider:               &protocol.DiagnosticOptions{InterFileDependencies: true, WorkspaceDiagnostics: true},
		DocumentFormattingProvider:       protocol.Boolean(true),
		DocumentRangeFormattingProvider:  protocol.Boolean(true),
		DocumentOnTypeFormattingProvider: protocol.DocumentOnTypeFormattingOptions{FirstTriggerCharacter: feature.FormatTriggers[0], MoreTriggerCharacter: feature.FormatTriggers[1:]},
		CodeActionProvider: &protocol.CodeActionOptions{
			CodeActionKinds: []protocol.CodeActionKind{protocol.CodeActionKindQuickFix, protocol.CodeActionKindRefactorExtract,
				protocol.CodeActionKindRefactorInline, protocol.CodeActionKindRefactorRewrite},
			ResolveProvider: new(true),
		},
		HoverProvider:      protocol.Boolean(true),
		CompletionProvider: &protocol.CompletionOptions{TriggerCharacters: []string{".", "'", "\"", ":", "$", "/"}, ResolveProvider: new(true)},
		SignatureHelpProvider: &protocol.SignatureHelpOptions{
			TriggerCharacters: []string{" ", ",", "("}, RetriggerCharacters: []string{" ", ",", ":"},
		},
		DefinitionProvider:         protocol.Boolean(true),
		ReferencesProvider:         protocol.Boolean(true),
		DocumentHighlightProvider:  protocol.Boolean(true),
		DocumentLinkProvider:       &protocol.DocumentLinkOptions{},
		DocumentSymbolProvider:     protocol.Boolean(true),
		WorkspaceSymbolProvider:    protocol.Boolean(true),
		FoldingRangeProvider:       protocol.Boolean(true),
		SelectionRangeProvider:     protocol.Boolean(true),
		RenameProvider:             &protocol.RenameOptions{PrepareProvider: new(true)},
		LinkedEditingRangeProvider: protocol.Boolean(true),
		CallHierarchyProvider:      protocol.Boolean(true),
		InlayHintProvider:          protocol.Boolean(true),
		CodeLensProvider:           &protocol.CodeLensOptions{ResolveProvider: new(true)},
		SemanticTokensProvider: &protocol.SemanticTokensOptions{
			Legend: protocol.SemanticTokensLegend{TokenTypes: tokenTypes(s.client.tokenTypes), TokenModifiers: feature.TokenModifiers},
			Full:   &protocol.SemanticTokensFullDelta{Delta: new(true)}, Range: protocol.Boolean(true),
		},
		Workspace: &protocol.WorkspaceOptions{
			FileOperations: &protocol.FileOperationOptions{WillRename: protocol.FileOperationRegistrationOptions{Filters: []protocol.FileOperationFilter{
				{Pattern: protocol.FileOperationPattern{Glob: "**/*.flo", Matches: protocol.FileOperationPatternKindFile}},
				{Pattern: protocol.FileOperationPattern{Glob: "**", Matches: protocol.FileOperationPatternKindFolder}},
			}}},
			WorkspaceFolders: &protocol.WorkspaceFoldersServerCapabilities{Supported: new(true), ChangeNotifications: protocol.Boolean(true)},
		},
	}
}
