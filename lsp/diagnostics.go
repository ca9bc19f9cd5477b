package lsp

import (
	"crypto/sha256"
	"encoding/hex"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

var severities = map[diag.Severity]protocol.DiagnosticSeverity{
	diag.Error:   protocol.DiagnosticSeverityError,
	diag.Warning: protocol.DiagnosticSeverityWarning,
	diag.Info:    protocol.DiagnosticSeverityInformation,
}

// diagnostics puts what is wrong with a file into the words of the protocol.
func (s *Server) diagnostics(e encoding, u string, src *source.File, found []diag.Diagnostic) []protocol.Diagnostic {
	list := make([]protocol.Diagnostic, len(found))
	for i, d := range found {
		message := d.Message
		if d.Hint != "" {
			message += "\n" + d.Hint
		}
		out := protocol.Diagnostic{
			Range: e.span(src, d.Span), Severity: severities[d.Severity], Code: protocol.String(d.Code),
			Source: protocol.NewOptional("florc"), Message: protocol.String(message),
		}
		if s.client.codeLinks && s.opts.CodeLink != nil {
			out.CodeDescription.Href = uri.URI(s.opts.CodeLink(d.Code))
		}
		if s.client.related {
			for _, r := range d.Related {
				out.RelatedInformation = append(out.RelatedInformation, protocol.DiagnosticRelatedInformation{
					Location: protocol.Location{URI: uri.URI(u), Range: e.span(src, r.Span)}, Message: r.Message,
				})
			}
		}
		list[i] = out
	}
	return list
}

// fingerprint tells diagnostics apart.
func fingerprint(list []protocol.Diagnostic) string {
	h := sha256.New()
	for i := range list {
		text, _ := protocol.Marshal(&list[i]) // of strings and numbers
		h.Write(text)
	}
	return hex.EncodeToString(h.Sum(nil)[:12])
}

// diagnostic answers an editor that asks what is wrong with a document.
func (q *query) diagnostic(p *protocol.DocumentDiagnosticParams) (protocol.DocumentDiagnosticReport, error) {
	d, err := q.inProject(p.TextDocument.URI)
	if err != nil {
		return nil, err
	}
	list := q.found(d.in(q.snapshot), d.path, d.file)
	id := fingerprint(list)
	if p.PreviousResultID != nil && *p.PreviousResultID == id {
		return &protocol.RelatedUnchangedDocumentDiagnosticReport{UnchangedDocumentDiagnosticReport: protocol.UnchangedDocumentDiagnosticReport{
			Kind: "unchanged", ResultID: id,
		}}, nil
	}
	return &protocol.RelatedFullDocumentDiagnosticReport{FullDocumentDiagnosticReport: protocol.FullDocumentDiagnosticReport{
		Kind: "full", ResultID: &id, Items: list,
	}}, nil
}

// workspaceDiagnostic answers an editor that asks what is wrong with all files.
func (q *query) workspaceDiagnostic(p *protocol.WorkspaceDiagnosticParams) (*protocol.WorkspaceDiagnosticReport, error) {
	before := map[string]string{}
	for _, r := range p.PreviousResultIds {
		before[canonical(string(r.URI))] = r.Value
	}
	report := &protocol.WorkspaceDiagnosticReport{Items: []protocol.WorkspaceDocumentDiagnosticReport{}}
	for _, r := range q.folders() {
		if err := q.loads(r); err != nil {
			return nil, err
		}
		files := r.files()
		for _, path := range r.paths() {
			if err := q.ctx.Err(); err != nil {
				return nil, err
			}
			u := r.uri(path)
			key := canonical(u)
			if q.rootOf(key) != r {
				continue // of a project within the project
			}
			list := q.found(r, path, files[path])
			var version *int32
			if d := r.docs[path]; d != nil {
				version = &d.version
			}
			id := fingerprint(list)
			if before[key] == id {
				report.Items = append(report.Items, &protocol.WorkspaceUnchangedDocumentDiagnosticReport{
					UnchangedDocumentDiagnosticReport: protocol.UnchangedDocumentDiagnosticReport{Kind: "unchanged", ResultID: id},
					URI:                               uri.URI(u), Version: version,
				})
			} else if len(list) > 0 || before[key] != "" {
				report.Items = append(report.Items, &protocol.WorkspaceFullDocumentDiagnosticReport{
					FullDocumentDiagnosticReport: protocol.FullDocumentDiagnosticReport{Kind: "full", ResultID: &id, Items: list},
					URI:                          uri.URI(u), Version: version,
				})
			}
			delete(before, key)
		}
	}
	for key := range before { // what is gone
		report.Items = append(report.Items, &protocol.WorkspaceFullDocumentDiagnosticReport{
			FullDocumentDiagnosticReport: protocol.FullDocumentDiagnosticReport{Kind: "full", Items: []protocol.Diagnostic{}},
			URI:                          uri.URI(key),
		})
	}
	return report, nil
}

// found returns what is wrong with a file.
func (q *query) found(r *root, path string, f *file) []protocol.Diagnostic {
	return q.diagnostics(q.encoding, r.uri(path), f.src, r.report(path, f))
}
