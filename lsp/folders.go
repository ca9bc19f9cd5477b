package lsp

import (
	"go.lsp.dev/protocol"

	"github.com/florc-lang/florc/lang/source"
)

func (s *Server) didChangeWorkspaceFolders(p *protocol.DidChangeWorkspaceFoldersParams) error {
	n := s.current.Load().clone()
	for _, f := range p.Event.Removed {
		delete(n.roots, folderURI(string(f.URI)))
	}
	for _, f := range p.Event.Added {
		s.addFolder(n, string(f.URI))
	}
	n.regroup()
	s.publish(n)
	return nil
}

// addFolder adds a folder that the editor works on, and begins to read it.
func (s *Server) addFolder(n *snapshot, uri string) {
	folder := folderURI(uri)
	if r := n.roots[folder]; r != nil && !r.implied {
		return
	}
	n.roots[folder] = s.read(&root{folder: folder, dir: filePath(folder), checker: n.checker})
}

// read returns the root with its folder being read anew.
func (s *Server) read(r *root) *root {
	return r.renew(func(q *root) {
		if q.dir == "" {
			q.disk = loaded()
			return
		}
		var before map[string]*file
		if r.disk != nil && r.disk.isDone() && r.checker == q.checker {
			before = r.onDisk()
		}
		q.disk, q.changed = newLoad(), nil
		disk, dir, with := q.disk, q.dir, s.loader(q)
		s.goDo("reading a folder", func() {
			disk.run(s.ctx, dir, with, before)
			s.push.wake()
		})
	})
}

// rescan reads all folders anew.
func (s *Server) rescan() {
	n := s.current.Load().clone()
	for folder, r := range n.roots {
		n.roots[folder] = s.read(r)
	}
	s.publish(n)
}

func (s *Server) loader(r *root) loader {
	return loader{checker: r.checker, parser: s.opts.Parser, log: s.log}
}

// regroup finds the roots of all documents, after folders have come or gone.
func (n *snapshot) regroup() {
	for folder, r := range n.roots {
		if r.implied {
			delete(n.roots, folder)
		} else {
			n.roots[folder] = r.renew(func(q *root) { q.docs = nil })
		}
	}
	for _, d := range n.docs {
		moved := *d
		n.settle(&moved)
		if moved.root != d.root || moved.path != d.path {
			moved.file = n.fileOf(&moved, source.NewFile(moved.path, d.src.Text))
		}
		n.put(&moved)
	}
}

func (s *Server) didChangeWatchedFiles(p *protocol.DidChangeWatchedFilesParams) error {
	n := s.current.Load().clone()
	files := map[*root]map[string]*file{}
	for _, e := range p.Changes {
		key := canonical(string(e.URI))
		r := n.rootOf(key)
		if r == nil || r.dir == "" {
			continue
		}
		path, _ := relative(r.folder, key)
		if files[r] == nil {
			files[r] = map[string]*file{}
		}
		files[r][path] = nil
		if e.Type != protocol.FileChangeTypeDeleted {
			files[r][path] = s.loader(r).read(r.dir, path)
		}
	}
	for r, changed := range files {
		n.roots[r.folder] = r.withFiles(changed)
	}
	s.publish(n)
	return nil
}
