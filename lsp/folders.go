package lsp

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"

	"go.lsp.dev/protocol"

	"github.com/florc-lang/florc/lang/project"
	"github.com/florc-lang/florc/lang/source"
)

func (s *Server) didChangeWorkspaceFolders(p *protocol.DidChangeWorkspaceFoldersParams) error {
	n := s.current.Load().clone()
	for _, f := range p.Event.Removed {
		n.named = slices.DeleteFunc(slices.Clone(n.named), func(folder string) bool { return folder == folderURI(string(f.URI)) })
	}
	for _, f := range p.Event.Added {
		n.named = append(slices.Clone(n.named), folderURI(string(f.URI)))
	}
	s.regroup(n)
	s.publish(n)
	return nil
}

// regroup finds the roots of all folders and documents, after something came
// or went that roots depend on. Roots that stay are kept.
func (s *Server) regroup(n *snapshot) {
	old := n.roots
	n.roots = map[string]*root{}
	for _, folder := range n.named {
		if dir := filePath(folder); dir != "" {
			folder = folderURI(fileURI(project.Root(dir)))
		}
		if n.roots[folder] == nil {
			n.roots[folder] = s.root(folder, old[folder], false)
		}
	}
	for _, d := range n.docs {
		moved := *d
		s.settle(n, old, &moved)
		if now := moved.in(n).checker; moved.root != d.root || moved.path != d.path || old[d.root] == nil || old[d.root].checker != now {
			moved.file = n.fileOf(&moved, source.NewEdited(moved.path, d.src.Text))
		}
		n.put(&moved)
	}
}

// settle finds the root of a document, and makes one where there is none:
// the project that its file belongs to, or else its folder.
func (s *Server) settle(n *snapshot, old map[string]*root, d *document) {
	r := n.rootOf(d.key)
	folder := folderOf(d.key)
	if folder == "" {
		folder = d.key
	}
	if path := filePath(d.key); path != "" {
		folder = folderURI(fileURI(project.Root(filepath.Dir(path))))
	}
	if r == nil || len(folder) > len(r.folder) && isProject(folder) {
		r = n.roots[folder]
	}
	if r == nil {
		r = s.root(folder, old[folder], true)
		n.roots[folder] = r
	}
	d.root = r.folder
	d.path, _ = relative(r.folder, d.key)
}

// isProject tells whether a folder has a configuration.
func isProject(folder string) bool {
	info, err := os.Stat(filepath.Join(filePath(folder), project.ConfigName))
	return filePath(folder) != "" && err == nil && info.Mode().IsRegular()
}

// root returns the root of a folder with no document open. What an older one
// has read is kept where it still holds.
func (s *Server) root(folder string, old *root, implied bool) *root {
	r := &root{folder: folder, dir: filePath(folder), checker: s.current.Load().checker, implied: implied}
	if r.dir != "" {
		config, err := project.ReadConfig(r.dir)
		if err != nil {
			s.log.Warn("the configuration cannot be read", "error", err)
		}
		r.config = config
		switch {
		case old != nil && sameConfig(old.config, config):
			r.checker = old.checker
		case config.File != nil:
			r.checker = config.Checker(s.opts.Schema)
		}
		r.complete = !implied || config.File != nil
	}
	if old != nil && old.checker == r.checker && old.complete == r.complete {
		return old.renew(func(q *root) { q.docs, q.implied, q.config = nil, implied, r.config })
	}
	return s.read(r, nil)
}

func sameConfig(a, b project.Config) bool {
	return reflect.DeepEqual(a.Schema, b.Schema) && reflect.DeepEqual(a.Levels, b.Levels) && reflect.DeepEqual(a.Exclude, b.Exclude)
}

// read returns the root with its folder being read anew. Of the files that
// were read before, those are kept that did not change.
func (s *Server) read(r *root, before map[string]*file) *root {
	return r.renew(func(q *root) {
		q.changed = nil
		if !q.complete {
			q.disk = loaded()
			return
		}
		q.disk = newLoad()
		disk, dir, exclude, with := q.disk, q.dir, q.config.Exclude, s.loader(q)
		s.goDo("reading a folder", func() {
			disk.run(s.ctx, dir, exclude, with, before)
			s.push.wake()
		})
	})
}

// reread reads the folder of a root anew.
func (s *Server) reread(n *snapshot, r *root) {
	var before map[string]*file
	if r.disk.isDone() {
		before = r.onDisk()
	}
	n.roots[r.folder] = s.read(r, before)
}

// rescan reads all folders and their configurations anew.
func (s *Server) rescan() {
	n := s.current.Load().clone()
	s.regroup(n)
	for _, r := range n.roots {
		if r.complete && r.disk.isDone() {
			s.reread(n, r)
		}
	}
	s.publish(n)
}

func (s *Server) loader(r *root) loader {
	return loader{checker: r.checker, parser: s.opts.Parser, log: s.log}
}

func (s *Server) didChangeWatchedFiles(p *protocol.DidChangeWatchedFilesParams) error {
	n := s.current.Load().clone()
	changed := map[string]map[string]*file{} // by root, by path
	anew := map[string]bool{}                // the roots to read anew
	regroup := false
	for _, e := range p.Changes {
		key := canonical(string(e.URI))
		name := key[len(folderOf(key)):]
		r := n.rootOf(key)
		if name == project.ConfigName {
			regroup = true
		}
		if r == nil || !r.complete {
			continue
		}
		path, _ := relative(r.folder, key)
		switch known := r.disk.isDone() && r.onDisk()[path] != nil; {
		case slices.Contains(r.config.Schemas, path):
			regroup = true
		case name == ".gitignore", isDefinition(path) && !known && e.Type != protocol.FileChangeTypeDeleted:
			anew[r.folder] = true // it may be one that is to be left out
		case isDefinition(path) && known:
			if changed[r.folder] == nil {
				changed[r.folder] = map[string]*file{}
			}
			changed[r.folder][path] = nil
			if e.Type != protocol.FileChangeTypeDeleted {
				changed[r.folder][path] = s.loader(r).read(r.dir, path)
			}
		}
	}
	for folder, files := range changed {
		n.roots[folder] = n.roots[folder].withFiles(files)
	}
	for folder := range anew {
		s.reread(n, n.roots[folder])
	}
	if regroup {
		s.regroup(n)
	}
	s.publish(n)
	s.refresh()
	return nil
}

// refresh asks an editor that asks for diagnostics to do so again.
func (s *Server) refresh() {
	if s.client.pulls && s.client.refreshes {
		s.goDo("refreshing", func() {
			if err := s.call(protocol.MethodWorkspaceDiagnosticRefresh, nil, nil); err != nil && s.ctx.Err() == nil {
				s.log.Warn("the editor did not ask again", "error", err)
			}
		})
	}
}
