package lsp

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/project"
	"github.com/florc-lang/florc/lang/source"
)

// root is a project: a folder with its files, some of which are open. It is
// immutable but for what it works out when first asked.
type root struct {
	folder  string // its URI, with a slash at its end
	dir     string // on the disk, "" where it is not there
	config  project.Config
	checker *check.Checker
	// complete tells that all files of the folder belong to the root, and
	// not only those that are open.
	complete bool
	// implied tells that the editor did not name the folder: a document in it
	// is open.
	implied bool

	disk    *load                // the files on the disk, as they were found
	changed map[string]*file     // those that changed since, nil for those that are gone
	docs    map[string]*document // the open ones, by path

	project func() *analysis.Project
	built   *atomic.Pointer[analysis.Project] // what project returned, once it has
	reports *reports
	known   *known
}

// renew returns the root with what f changes. What was worked out is
// forgotten, but for what is still known to hold.
func (r *root) renew(f func(*root)) *root {
	q := *r
	if f != nil {
		f(&q)
	}
	if q.known == nil {
		q.known = &known{byPath: map[string]knownReport{}}
	}
	q.reports = &reports{byPath: map[string]func() []diag.Diagnostic{}}
	q.builds(q.build)
	return &q
}

// builds says how the project of the root is made.
func (r *root) builds(build func() *analysis.Project) {
	built := &atomic.Pointer[analysis.Project]{}
	r.built = built
	r.project = sync.OnceValue(func() *analysis.Project {
		p := build()
		built.Store(p)
		return p
	})
}

// with returns the root with an open document, which may be there already.
func (r *root) with(d *document) *root {
	q := r.renew(func(q *root) {
		q.docs = plus(r.docs, map[string]*document{d.path: d})
	})
	if before := r.built; before != nil && r.docs[d.path] != nil && d.path != project.ConfigName {
		q.builds(func() *analysis.Project {
			if p := before.Load(); p != nil { // all other files are the same
				return p.With(d.analysis())
			}
			return q.build()
		})
	}
	return q
}

// without returns the root without an open document. What was written to the
// disk meanwhile counts; onDisk is nil for what is not known there.
func (r *root) without(path string, onDisk *file) *root {
	q := r.renew(func(q *root) {
		q.docs = maps.Clone(r.docs)
		delete(q.docs, path)
	})
	if onDisk == nil {
		return q
	}
	return q.withFiles(map[string]*file{path: onDisk})
}

// withFiles returns the root with files that changed on the disk, nil for
// those that are gone.
func (r *root) withFiles(files map[string]*file) *root {
	return r.renew(func(q *root) { q.changed = plus(r.changed, files) })
}

// plus returns a map that holds what both hold; what more says counts.
func plus[V any](m, more map[string]V) map[string]V {
	sum := make(map[string]V, len(m)+len(more))
	maps.Copy(sum, m)
	maps.Copy(sum, more)
	return sum
}

// onDisk returns the files on the disk, by path. It waits until they have been
// read.
func (r *root) onDisk() map[string]*file {
	<-r.disk.done
	all := make(map[string]*file, len(r.disk.files)+len(r.docs))
	maps.Copy(all, r.disk.files)
	for path, f := range r.changed {
		if f == nil {
			delete(all, path)
		} else {
			all[path] = f
		}
	}
	return all
}

// files returns the files of the root, open or not, by path, its configuration
// among them. It waits until the disk has been read.
func (r *root) files() map[string]*file {
	all := r.onDisk()
	if src := r.config.File; src != nil {
		all[project.ConfigName] = newFile(source.NewFile(project.ConfigName, src.Text), r.checker.Env, parser.Options{}, nil)
	}
	for path, d := range r.docs {
		all[path] = d.file
	}
	return all
}

func (r *root) build() *analysis.Project {
	files := r.files()
	list := make([]*analysis.File, 0, len(files))
	for path, f := range files {
		if path != project.ConfigName {
			list = append(list, f.analysis())
		}
	}
	return analysis.NewProject(r.checker.Env, r.complete, list...)
}

// paths lists the paths of all files, sorted.
func (r *root) paths() []string { return slices.Sorted(maps.Keys(r.files())) }

// uri returns the URI of a file, as the editor writes it where it is open.
func (r *root) uri(path string) string {
	if d := r.docs[path]; d != nil {
		return string(d.uri)
	}
	return below(r.folder, path)
}

// view returns a file as a part of its project. It waits until the disk has
// been read.
func (r *root) view(f *file) *analysis.View { return r.project().View(f.analysis()) }

// reports are the diagnostics of the files of a root.
type reports struct {
	mu     sync.Mutex
	byPath map[string]func() []diag.Diagnostic
}

// report returns what is wrong with a file of the root, in the order of the
// text: what florc check finds.
func (r *root) report(path string, f *file) []diag.Diagnostic {
	r.reports.mu.Lock()
	find := r.reports.byPath[path]
	if find == nil {
		find = sync.OnceValue(func() []diag.Diagnostic { return r.check(path, f) })
		r.reports.byPath[path] = find
	}
	r.reports.mu.Unlock()
	return find()
}

// known are the reports that were made last of each file, of whatever version of
// the root.
type known struct {
	mu     sync.Mutex
	byPath map[string]knownReport
}

type knownReport struct {
	file    *file
	checker *check.Checker
	view    *analysis.View
	found   []diag.Diagnostic
}

func (r *root) check(path string, f *file) []diag.Diagnostic {
	if path == project.ConfigName {
		return project.ParseConfig(f.src, func(name string) ([]byte, error) {
			return os.ReadFile(filepath.Join(r.dir, filepath.FromSlash(name)))
		}).Diagnostics
	}
	if d := r.docs[path]; d != nil && d.file == f {
		return r.checker.ReportNext(&d.cache.found, r.view(f), f.diags())
	}
	view := r.view(f)
	r.known.mu.Lock()
	k := r.known.byPath[path]
	r.known.mu.Unlock()
	if k.file == f && k.checker == r.checker && !view.IsOpen() && k.view.HasSameNeighbours(view) {
		return k.found
	}
	k = knownReport{f, r.checker, view, r.checker.Report(view, f.diags())}
	r.known.mu.Lock()
	r.known.byPath[path] = k
	r.known.mu.Unlock()
	return k.found
}
