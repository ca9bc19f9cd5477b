package lsp

import (
	"encoding/json"
	"fmt"
	"slices"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"

	"github.com/florc-lang/florc/lang/project"
)

// client is what the editor can do.
type client struct {
	pulls         bool // it asks for diagnostics
	refreshes     bool // it can be told to ask for diagnostics again
	progress      bool
	watchesFiles  bool // it can be told which files to watch
	configuration bool // it can be asked for its settings
	related       bool // diagnostics may point at other places
	codeLinks     bool // diagnostics may have a link to a page
	docChanges    bool // edits may name the version of the document
	// resolvesActions tells that it asks what an action changes when it is
	// chosen.
	resolvesActions bool
	snippets        bool // completions may have placeholders
	labelOffsets    bool // parameters may be given by where they are in the label
	// hierarchicalSymbols tells that symbols may be nested.
	hierarchicalSymbols bool
	tokenTypes          []string // those it knows
	commands            []string // those that it has for lenses
}

// options is what an editor may say of itself beyond the protocol, in its
// initializationOptions.
type options struct {
	Commands   []string `json:"commands"`   // those that lenses may have
	TokenTypes []string `json:"tokenTypes"` // of ours, those that it can show
}

func yes(b *bool) bool { return b != nil && *b }

func clientOf(c *protocol.ClientCapabilities) client {
	var x client
	if w := c.Workspace; w != nil {
		x.refreshes = w.Diagnostics != nil && yes(w.Diagnostics.RefreshSupport)
		x.watchesFiles = w.DidChangeWatchedFiles != nil && yes(w.DidChangeWatchedFiles.DynamicRegistration)
		x.configuration = yes(w.Configuration)
		x.docChanges = w.WorkspaceEdit != nil && yes(w.WorkspaceEdit.DocumentChanges)
	}
	if t := c.TextDocument; t != nil {
		x.pulls = t.Diagnostic != nil
		if t.PublishDiagnostics != nil {
			x.related = yes(t.PublishDiagnostics.RelatedInformation)
			x.codeLinks = yes(t.PublishDiagnostics.CodeDescriptionSupport)
		}
		if t.Diagnostic != nil {
			x.related = x.related || yes(t.Diagnostic.RelatedInformation)
			x.codeLinks = x.codeLinks || yes(t.Diagnostic.CodeDescriptionSupport)
		}
	}
	if t := c.TextDocument; t != nil {
		if t.Completion != nil && t.Completion.CompletionItem != nil {
			x.snippets = yes(t.Completion.CompletionItem.SnippetSupport)
		}
		if h := t.SignatureHelp; h != nil && h.SignatureInformation != nil && h.SignatureInformation.ParameterInformation != nil {
			x.labelOffsets = yes(h.SignatureInformation.ParameterInformation.LabelOffsetSupport)
		}
		if a := t.CodeAction; a != nil && yes(a.DataSupport) {
			x.resolvesActions = slices.Contains(a.ResolveSupport.Properties, "edit")
		}
		x.hierarchicalSymbols = t.DocumentSymbol != nil && yes(t.DocumentSymbol.HierarchicalDocumentSymbolSupport)
		x.tokenTypes = t.SemanticTokens.TokenTypes
	}
	if w := c.Window; w != nil {
		x.progress = yes(w.WorkDoneProgress)
	}
	return x
}

func (s *Server) initialize(raw jsonrpc2.RawMessage) (*protocol.InitializeResult, error) {
	var p protocol.InitializeParams
	if err := decode(raw, &p); err != nil {
		return nil, err
	}
	s.client = clientOf(&p.Capabilities)
	var own options
	if len(p.InitializationOptions) > 0 {
		if err := json.Unmarshal(p.InitializationOptions, &own); err != nil {
			s.log.Warn("the initializationOptions are not understood", "error", err)
		}
	}
	s.client.commands = own.Commands
	s.client.tokenTypes = append(s.client.tokenTypes, own.TokenTypes...)
	n := s.current.Load().clone()
	n.encoding = negotiate(p.Capabilities.General)
	for _, folder := range foldersOf(&p) {
		n.named = append(n.named, folderURI(folder))
	}
	s.regroup(n)
	s.current.Store(n)
	if p.ProcessID != nil {
		s.goDo("watching the editor", func() { WatchProcess(s.ctx, int(*p.ProcessID), s.stop) })
	}
	s.state.Store(stateUp)
	return &protocol.InitializeResult{
		Capabilities: s.capabilities(),
		ServerInfo:   protocol.ServerInfo{Name: "florc", Version: protocol.NewOptional(s.opts.Version)},
	}, nil
}

// foldersOf lists the URIs of the folders that the editor works on.
func foldersOf(p *protocol.InitializeParams) []string {
	if folders, ok := p.WorkspaceFolders.Get(); ok {
		list := make([]string, len(folders))
		for i, f := range folders {
			list[i] = string(f.URI)
		}
		return list
	}
	//lint:ignore SA1019 older editors know nothing else
	if root := p.RootURI; root != nil && *root != "" {
		return []string{string(*root)}
	}
	//lint:ignore SA1019 nor do the oldest
	if path, ok := p.RootPath.Get(); ok && path != "" {
		return []string{fileURI(path)}
	}
	return nil
}

func (s *Server) initialized(*protocol.InitializedParams) error {
	if s.client.watchesFiles {
		s.goDo("registering", s.watchFiles)
	}
	s.goDo("progress", s.showProgress)
	if !s.client.pulls {
		s.goDo("diagnostics", s.push.run)
	}
	return nil
}

// watchFiles asks the editor to say when files change.
func (s *Server) watchFiles() {
	options, err := protocol.Marshal(&protocol.DidChangeWatchedFilesRegistrationOptions{
		Watchers: []protocol.FileSystemWatcher{
			{GlobPattern: protocol.Pattern("**/*" + project.Ending)}, {GlobPattern: protocol.Pattern("**/" + project.ConfigName)},
			{GlobPattern: protocol.Pattern("**/*.json")}, // schemas
			{GlobPattern: protocol.Pattern("**/.gitignore")},
		},
	})
	if err == nil {
		err = s.call(protocol.MethodClientRegisterCapability, &protocol.RegistrationParams{Registrations: []protocol.Registration{{
			ID: "files", Method: protocol.MethodWorkspaceDidChangeWatchedFiles, RegisterOptions: options,
		}}}, nil)
	}
	if err != nil {
		s.log.Warn("the editor does not watch files; what changes on the disk is seen late", "error", err)
	}
}

// call asks the editor something.
func (s *Server) call(method string, params, result any) error {
	if _, err := s.conn.Call(s.ctx, method, params, result); err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	return nil
}

// notify tells the editor something. It cannot be told that it does not hear.
func (s *Server) notify(method string, params any) { _ = s.conn.Notify(s.ctx, method, params) }

// showProgress shows how the reading of the folders gets on.
func (s *Server) showProgress() {
	n := s.current.Load()
	if !s.client.progress || n.isLoaded() {
		return
	}
	token := protocol.String("florc/load")
	if s.call(protocol.MethodWindowWorkDoneProgressCreate, &protocol.WorkDoneProgressCreateParams{Token: token}, nil) != nil {
		return
	}
	say := func(value any) {
		raw, err := json.Marshal(value)
		if err == nil {
			s.notify(protocol.MethodProgress, &protocol.ProgressParams{Token: token, Value: raw})
		}
	}
	say(map[string]any{"kind": "begin", "title": "Reading flows", "percentage": 0})
	files := 0
	for _, r := range n.folders() {
		for waiting := true; waiting; {
			select {
			case <-r.disk.done:
				waiting = false
			case <-r.disk.tick:
			}
			found, read := r.disk.found.Load(), r.disk.read.Load()
			say(map[string]any{"kind": "report", "message": fmt.Sprintf("%d of %d files", read, found), "percentage": 100 * read / max(found, 1)})
		}
		files += len(r.disk.files)
	}
	say(map[string]any{"kind": "end", "message": fmt.Sprintf("%d files", files)})
}
