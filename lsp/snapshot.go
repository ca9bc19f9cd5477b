package lsp

import (
	"maps"
	"slices"

	"github.com/florc-lang/florc/lang/check"
)

// snapshot is all that is known at a moment. It is immutable.
type snapshot struct {
	options *Options
	checker *check.Checker // for roots that have no configuration of their own
	encoding
	named []string             // the folders that the editor works on
	docs  map[string]*document // the open documents, by canonical URI
	roots map[string]*root     // by folder
}

func newSnapshot(opts *Options) *snapshot {
	return &snapshot{
		options: opts, checker: check.New(check.Options{Schema: opts.Schema, Parser: opts.Parser}),
		encoding: negotiate(nil), docs: map[string]*document{}, roots: map[string]*root{},
	}
}

// clone returns a snapshot that may be changed before it is used.
func (n *snapshot) clone() *snapshot {
	m := *n
	m.docs, m.roots = maps.Clone(n.docs), maps.Clone(n.roots)
	return &m
}

// rootOf returns the innermost root that a URI is below, or nil.
func (n *snapshot) rootOf(key string) *root {
	var best *root
	for folder, r := range n.roots {
		if _, ok := relative(folder, key); ok && (best == nil || len(folder) > len(best.folder)) {
			best = r
		}
	}
	return best
}

// folders lists the roots in order, those last that the editor did not name.
func (n *snapshot) folders() []*root {
	list := slices.Collect(maps.Values(n.roots))
	slices.SortFunc(list, func(a, b *root) int {
		switch {
		case a.implied == b.implied && a.folder < b.folder, b.implied && !a.implied:
			return -1
		}
		return 1
	})
	return list
}

// in returns the root of a document.
func (d *document) in(n *snapshot) *root { return n.roots[d.root] }

// isLoaded tells whether all folders have been read.
func (n *snapshot) isLoaded() bool {
	for _, r := range n.roots {
		if !r.disk.isDone() {
			return false
		}
	}
	return true
}
