package project

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/ast"
	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/source"
)

// Options is what Check needs to know. The zero value of each field but Root
// and Library stands for what its comment says.
type Options struct {
	Root    string // of the project, a folder
	Library sig.Schema
	Config  Config
	// Overlay holds texts that stand for files, by absolute path: what standard input
	// holds, what an editor has not saved. It may name files that are not
	// there.
	Overlay map[string]string
	// CacheFile keeps results from one call to the next; "" for none. A cache
	// that is damaged, or can't be written, is left alone.
	CacheFile string
	// Tool is what else results depend on: the version of the checker.
	Tool string
}

// Result is what is known of a file after a check. Its file is named by its
// path from the root, with slashes.
type Result struct {
	Path        string // as it was given
	File        *source.File
	Diagnostics []diag.Diagnostic
	Err         error // where the file cannot be read
}

// Check checks definitions of a project together, with those that they bring
// in, and returns a result for each path, in their order. It uses all
// processors.
func Check(paths []string, opts Options) []Result {
	if abs, err := filepath.Abs(opts.Root); err == nil {
		opts.Root = abs
	}
	s := &session{opts: opts, checker: opts.Config.Checker(opts.Library), units: map[string]*unit{}}
	s.cache = readCache(opts.CacheFile)
	s.base = s.baseKey()
	results := make([]Result, len(paths))
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = s.name(path)
		s.units[names[i]] = &unit{name: names[i]}
	}
	s.load(names)
	s.resolve()
	var missed []*unit
	for _, name := range names {
		u := s.units[name]
		if u.err == nil && !u.planned {
			u.planned = true
			u.key = s.key(u)
			if ds, ok := s.cache.diagnostics(u.key, u.file); ok {
				u.found = ds
			} else {
				missed = append(missed, u)
			}
		}
	}
	s.check(missed)
	for i, name := range names {
		u := s.units[name]
		results[i] = Result{Path: paths[i], File: u.file, Diagnostics: u.found, Err: u.err}
	}
	s.cache.write(opts.CacheFile)
	return results
}

// session is one check.
type session struct {
	opts    Options
	checker *check.Checker
	cache   *cache
	base    []byte
	units   map[string]*unit // by name, the files that were looked for
}

// unit is a file of a check.
type unit struct {
	name    string
	err     error // it cannot be read
	file    *source.File
	hash    [sha256.Size]byte
	targets []string // what its imports name, in order, and what it launches; "" for what is computed
	// imports are the files that these are; nil for what is not there.
	imports   []*unit
	importers []*unit

	parsed   []diag.Diagnostic
	analysis *analysis.File // nil where it is not needed, yet or any more

	planned bool
	key     [sha256.Size]byte
	found   []diag.Diagnostic
}

// name returns the path of a file from the root, with slashes.
func (s *session) name(path string) string {
	abs, err := filepath.Abs(path)
	if err != nil {
		return filepath.ToSlash(path)
	}
	rel, err := filepath.Rel(s.opts.Root, abs)
	if err != nil {
		return filepath.ToSlash(abs)
	}
	return filepath.ToSlash(rel)
}

// load reads files and what they bring in, until nothing is missing.
func (s *session) load(names []string) {
	queue := slices.Compact(slices.Sorted(slices.Values(names)))
	for len(queue) > 0 {
		each(queue, func(name string) { s.read(s.units[name]) })
		var next []string
		for _, name := range queue {
			u := s.units[name]
			for _, target := range u.targets {
				if target == "" {
					continue
				}
				for _, c := range analysis.Candidates(u.name, target) {
					if s.units[c] == nil && s.exists(c) {
						s.units[c] = &unit{name: c}
						next = append(next, c)
					}
					if s.units[c] != nil {
						break
					}
				}
			}
		}
		queue = next
	}
}

func (s *session) path(name string) string {
	if filepath.IsAbs(filepath.FromSlash(name)) {
		return filepath.FromSlash(name)
	}
	return filepath.Join(s.opts.Root, filepath.FromSlash(name))
}

func (s *session) exists(name string) bool {
	if _, ok := s.opts.Overlay[s.path(name)]; ok {
		return true
	}
	info, err := os.Stat(s.path(name))
	return err == nil && info.Mode().IsRegular()
}

// read reads a file, and finds what it brings in.
func (s *session) read(u *unit) {
	path := s.path(u.name)
	text, ok := s.opts.Overlay[path]
	if !ok {
		data, err := os.ReadFile(path)
		if err != nil {
			u.err = err
			return
		}
		text = string(data)
	}
	u.file = source.NewFile(u.name, text)
	u.hash = sha256.Sum256([]byte(text))
	targets, known := s.cache.imports(u.hash)
	if !known {
		if s.checker.Env.MayImport(text) {
			s.keep(u)
			for _, i := range u.analysis.Imports {
				targets = append(targets, i.Target)
			}
			for m := range u.analysis.Mentions() {
				if m.Role == analysis.Launches {
					targets = append(targets, m.Name)
				}
			}
		}
		s.cache.setImports(u.hash, targets)
	}
	u.targets = targets
}

func (s *session) analyze(u *unit) {
	syntax, parsed := parser.Parse(u.file, parser.Options{})
	u.analysis, u.parsed = analysis.Analyze(s.checker.Env, syntax), parsed
}

// keep analyses a file that is needed for others, less the syntax, which is
// not.
func (s *session) keep(u *unit) {
	if u.analysis != nil {
		return
	}
	s.analyze(u)
	u.analysis = u.analysis.Released(func() *ast.File {
		syntax, _ := parser.Parse(u.file, parser.Options{})
		return syntax
	})
}

// resolve finds the files that imports are about.
func (s *session) resolve() {
	for _, u := range s.units {
		for _, target := range u.targets {
			var found *unit
			for _, c := range analysis.Candidates(u.name, target) {
				if v := s.units[c]; target != "" && v != nil && v.err == nil {
					found = v
					break
				}
			}
			u.imports = append(u.imports, found)
			if found != nil {
				found.importers = append(found.importers, u)
			}
		}
	}
}

// related lists the files that the findings in a file may depend on, sorted:
// those that it brings in, and those that bring it in.
func related(u *unit) []*unit {
	seen := map[*unit]bool{u: true}
	var list []*unit
	var visit func(v *unit, edges func(*unit) []*unit)
	visit = func(v *unit, edges func(*unit) []*unit) {
		for _, w := range edges(v) {
			if w != nil && !seen[w] {
				seen[w] = true
				list = append(list, w)
				visit(w, edges)
			}
		}
	}
	visit(u, func(v *unit) []*unit { return v.importers })
	for _, v := range append(list[:len(list):len(list)], u) {
		visit(v, func(v *unit) []*unit { return v.imports })
	}
	slices.SortFunc(list, func(a, b *unit) int { return cmp.Compare(a.name, b.name) })
	return list
}

// baseKey is what all results of a session depend on.
func (s *session) baseKey() []byte {
	levels := make([]string, 0, len(s.opts.Config.Levels))
	for code, level := range s.opts.Config.Levels {
		levels = append(levels, string(code)+"="+string(level))
	}
	sort.Strings(levels)
	data, err := json.Marshal([]any{s.opts.Tool, s.opts.Library, s.opts.Config.Schema, levels})
	if err != nil {
		return nil // a schema is plain data, which can always be written
	}
	sum := sha256.Sum256(data)
	return sum[:]
}

// key is what the findings in a file depend on.
func (s *session) key(u *unit) (key [sha256.Size]byte) {
	h := sha256.New()
	h.Write(s.base)
	note := func(v *unit) {
		h.Write([]byte(v.name + "\x00"))
		h.Write(v.hash[:])
		for i, w := range v.imports {
			if w == nil {
				h.Write([]byte("?" + v.targets[i] + "\x00"))
			} else {
				h.Write([]byte("=" + w.name + "\x00"))
			}
		}
	}
	note(u)
	for _, v := range related(u) {
		note(v)
	}
	for i, v := range u.imports {
		if v == nil && u.targets[i] != "" { // a file of a similar name is proposed
			h.Write([]byte(strings.Join(slices.Sorted(slices.Values(s.names())), "\x00")))
			break
		}
	}
	h.Sum(key[:0])
	return key
}

// check applies the rules to files whose results are not known.
func (s *session) check(missed []*unit) {
	var alone, together []*unit
	needed := map[*unit]bool{}
	for _, u := range missed {
		if len(u.imports)+len(u.importers) == 0 {
			alone = append(alone, u)
			continue
		}
		together = append(together, u)
		needed[u] = true
		for _, v := range related(u) {
			needed[v] = true
		}
	}
	names := s.names()
	// What is known of one file after the other, and forgotten at once, takes
	// little memory, and less time.
	each(alone, func(u *unit) {
		if u.analysis == nil {
			s.analyze(u)
		}
		p := analysis.NewProject(s.checker.Env, true, u.analysis)
		p.Others = names
		s.report(u, p)
		u.analysis = nil
	})
	list := slices.Collect(maps.Keys(needed))
	each(list, s.keep)
	files := make([]*analysis.File, len(list))
	for i, u := range list {
		files[i] = u.analysis
	}
	p := analysis.NewProject(s.checker.Env, true, files...)
	p.Others = names
	each(together, func(u *unit) { s.report(u, p) })
}

func (s *session) report(u *unit, p *analysis.Project) {
	u.found = s.checker.Report(p.View(u.analysis), u.parsed)
	s.cache.setDiagnostics(u.key, u.file, u.found)
}

// names lists the files that there are.
func (s *session) names() (names []string) {
	for _, u := range s.units {
		if u.err == nil {
			names = append(names, u.name)
		}
	}
	return names
}

// each calls do for each item, on all processors.
func each[T any](items []T, do func(T)) {
	next := make(chan T)
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(items)) {
		wg.Go(func() {
			for item := range next {
				do(item)
			}
		})
	}
	for _, item := range items {
		next <- item
	}
	close(next)
	wg.Wait()
}
