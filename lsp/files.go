package lsp

import (
	"strings"

	"go.lsp.dev/protocol"
	"go.lsp.dev/uri"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lsp/feature"
)

// willRenameFiles returns the changes that keep every file bringing in what it
// brought in, before files or folders get other names.
func (q *query) willRenameFiles(p *protocol.RenameFilesParams) (*protocol.WorkspaceEdit, error) {
	out := &protocol.WorkspaceEdit{}
	for _, r := range q.folders() {
		if err := q.loads(r); err != nil {
			return nil, err
		}
		if err := q.turn(); err != nil {
			return nil, err
		}
		edit := q.workspaceEdit(r, renameFiles(r.project(), r.moves(p.Files)))
		out.DocumentChanges = append(out.DocumentChanges, edit.DocumentChanges...)
		for u, edits := range edit.Changes {
			if out.Changes == nil {
				out.Changes = map[uri.URI][]protocol.TextEdit{}
			}
			out.Changes[u] = edits
		}
	}
	return out, nil
}

// move is a file that gets another path.
type move struct{ from, to string }

// moves lists the files of the root that get other paths within it.
func (r *root) moves(renames []protocol.FileRename) []move {
	var list []move
	for _, x := range renames {
		from, ok1 := relative(r.folder, canonical(x.OldURI))
		to, ok2 := relative(r.folder, canonical(x.NewURI))
		if !ok1 || !ok2 {
			continue
		}
		for _, path := range r.paths() {
			if path == from {
				list = append(list, move{from, to})
			} else if rest, ok := strings.CutPrefix(path, from+"/"); ok {
				list = append(list, move{path, to + "/" + rest})
			}
		}
	}
	return list
}

// renameFiles is feature.RenameFile for several files. They are renamed one
// after the other in a copy of the project, for a file may bring in another
// one that gets a new path too.
func renameFiles(p *analysis.Project, moves []move) []feature.FileEdits {
	if len(moves) == 1 {
		return feature.RenameFile(p, moves[0].from, moves[0].to)
	}
	now := p
	was := map[string]string{} // the old path of each that was changed
	old := func(path string) string {
		if before, ok := was[path]; ok {
			return before
		}
		return path
	}
	put := func(path, text string) {
		syntax, _ := parser.Parse(source.NewFile(path, text), parser.Options{})
		now = now.With(analysis.Analyze(p.Env, syntax))
	}
	for _, m := range moves {
		for _, fe := range feature.RenameFile(now, m.from, m.to) {
			was[fe.Path] = old(fe.Path)
			put(fe.Path, applyEdits(now.File(fe.Path).Source(), fe.Edits))
		}
		text := now.File(m.from).Source().Text
		was[m.to] = old(m.from)
		now = now.Without(m.from)
		put(m.to, text)
	}
	var list []feature.FileEdits
	for _, f := range now.Files() {
		before, changed := was[f.Path()]
		if !changed {
			continue
		}
		src := p.File(before).Source()
		if e, ok := difference(src.Text, f.Source().Text); ok {
			list = append(list, feature.FileEdits{Path: before, Edits: []diag.Edit{{Span: src.Span(e.from, e.to), NewText: e.text}}})
		}
	}
	return list
}

func applyEdits(file *source.File, edits []diag.Edit) string {
	list := make([]edit, len(edits))
	for i, e := range edits {
		from, to := file.Offsets(e.Span)
		list[i] = edit{from, to, e.NewText}
	}
	return apply(file.Text, list)
}

// difference returns the one change that makes a text of another, by whole
// lines.
func difference(old, now string) (edit, bool) {
	if old == now {
		return edit{}, false
	}
	head := 0
	for head < len(old) && head < len(now) && old[head] == now[head] {
		head++
	}
	head = strings.LastIndexByte(old[:head], '\n') + 1
	tail := 0
	for tail < len(old)-head && tail < len(now)-head && old[len(old)-1-tail] == now[len(now)-1-tail] {
		tail++
	}
	if i := strings.IndexByte(old[len(old)-tail:], '\n'); i >= 0 {
		tail -= i
	} else {
		tail = 0
	}
	return edit{head, len(old) - tail, now[head : len(now)-tail]}, true
}
