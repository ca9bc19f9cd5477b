package analysis

import (
	"maps"
	"path"
	"slices"
	"sort"
	"strings"
	"sync"
)

// Project is a number of files that may bring each other in. It is immutable
// and safe for concurrent use; a changed file makes another Project.
type Project struct {
	Env *Env
	// Complete tells that every file there is belongs to the project: what is
	// not found then does not exist.
	Complete bool
	// Others are the paths of files that belong to the project, too, but bring in
	// none of its files and are brought in by none; it may name further ones.
	// NewProject leaves it nil.
	Others []string
	files  map[string]*File
	newer  map[string]*File // a few that take the place of those
	links  *links           // shared with projects in which files bring in the same
}

// links are the paths of the files that bring each in, in order.
type links struct {
	once sync.Once
	into map[string][]string
}

// maxNewer is how many files there may be that take the place of others before
// all are listed anew.
const maxNewer = 64

// NewProject returns a project of files, which are known by their paths.
func NewProject(env *Env, complete bool, files ...*File) *Project {
	p := &Project{Env: env, Complete: complete, files: make(map[string]*File, len(files)), links: new(links)}
	for _, f := range files {
		p.files[f.Path()] = f
	}
	return p
}

// With returns the project with a file added, or replaced by its path.
func (p *Project) With(f *File) *Project {
	before := p.File(f.Path())
	if before == nil || len(p.newer) == maxNewer {
		q := p.clone()
		q.files[f.Path()] = f
		return q
	}
	q := *p
	q.newer = maps.Clone(p.newer)
	if q.newer == nil {
		q.newer = map[string]*File{}
	}
	q.newer[f.Path()] = f
	if !slices.EqualFunc(before.Imports, f.Imports, func(a, b *Import) bool { return a.Target == b.Target }) {
		q.links = new(links)
	}
	return &q
}

// Without returns the project without the file of that path.
func (p *Project) Without(path string) *Project {
	q := p.clone()
	delete(q.files, path)
	return q
}

// clone returns a project with a list of files of its own.
func (p *Project) clone() *Project {
	q := &Project{Env: p.Env, Complete: p.Complete, Others: p.Others, files: maps.Clone(p.files), links: new(links)}
	maps.Copy(q.files, p.newer)
	return q
}

// File returns the file of that path, or nil.
func (p *Project) File(path string) *File {
	if f := p.newer[path]; f != nil {
		return f
	}
	return p.files[path]
}

// Paths lists the paths of all files that belong to the project, sorted.
func (p *Project) Paths() []string {
	paths := slices.AppendSeq(slices.Clone(p.Others), maps.Keys(p.files))
	slices.Sort(paths)
	return slices.Compact(paths)
}

// Files lists the files, sorted by path.
func (p *Project) Files() []*File {
	paths := slices.Sorted(maps.Keys(p.files))
	list := make([]*File, len(paths))
	for i, path := range paths {
		list[i] = p.File(path)
	}
	return list
}

// Candidates lists the paths under which the target of an import is looked
// for, the first choice first: beside the file that names it, then from the
// root of the project, each also with the ending .flo.
func Candidates(from, target string) []string {
	target = strings.TrimPrefix(strings.ReplaceAll(target, `\`, "/"), "./")
	var list []string
	for _, base := range []string{path.Dir(from), "."} {
		for _, ending := range []string{"", ".flo"} {
			c := path.Join(base, target) + ending
			if strings.HasPrefix(target, "/") {
				c = path.Clean(target) + ending
			}
			if !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
	}
	return append(list, domainFlows(domainOf(from), target)...)
}

// FlowCandidates lists the paths, from the root of a project on, under which
// the flow of that name is looked for, for an execution of a domain whose
// definition is the file from, "" for one that is elsewhere.
func FlowCandidates(domain, from, target string) []string {
	if from == "" {
		from = "."
	}
	list := Candidates(from, target)
	list = list[:len(list)-len(domainFlows(domainOf(from), target))]
	return append(list, domainFlows(domain, target)...)
}

// domainFlows lists where the flows of a domain, and of those above it, are
// found by name.
func domainFlows(domain, target string) (list []string) {
	if strings.HasPrefix(target, "/") {
		return nil
	}
	add := func(parts ...string) {
		for _, ending := range []string{"", ".flo"} {
			if c := path.Join(parts...) + ending; !slices.Contains(list, c) {
				list = append(list, c)
			}
		}
	}
	for _, d := range DomainAndAbove(domain) {
		if d != "" {
			add("usr", d, "lib/flows", target)
		}
		add("lib/flows", d, target)
		add("lib/flows", strings.ReplaceAll(d, ".", "/"), target)
	}
	return list
}

// domainOf returns the domain whose flows are in the folder of a file, "" for
// none.
func domainOf(file string) string {
	usr, in := "", path.Dir(file)
	if rest, ok := strings.CutPrefix(in, "usr/"); ok {
		usr, in, _ = strings.Cut(rest, "/")
	}
	flows, ok := strings.CutPrefix(in+"/", "lib/flows/")
	if !ok {
		return ""
	}
	return strings.Trim(usr+"."+strings.ReplaceAll(flows, "/", "."), ".")
}

// DomainAndAbove lists a domain, those above it, the nearest first, and "" for
// all.
func DomainAndAbove(domain string) (list []string) {
	for domain != "" {
		list = append(list, domain)
		domain = domain[:max(strings.LastIndexByte(domain, '.'), 0)]
	}
	return append(list, "")
}

// Find returns the file that a file means by the target of an import, or nil.
func (p *Project) Find(from, target string) *File {
	if target == "" {
		return nil
	}
	for _, c := range Candidates(from, target) {
		if f := p.File(c); f != nil {
			return f
		}
	}
	return nil
}

// Imported lists the files that a file brings in, directly or not, each once,
// itself never.
func (p *Project) Imported(f *File) []*File {
	var list []*File
	seen := map[string]bool{f.Path(): true}
	var visit func(*File)
	visit = func(g *File) {
		for _, i := range g.Imports {
			if h := p.Find(g.Path(), i.Target); h != nil && !seen[h.Path()] {
				seen[h.Path()] = true
				list = append(list, h)
				visit(h)
			}
		}
	}
	visit(f)
	return list
}

func (p *Project) findLinks() {
	p.links.into = map[string][]string{}
	for _, g := range p.Files() {
		for _, i := range g.Imports {
			if h := p.Find(g.Path(), i.Target); h != nil {
				p.links.into[h.Path()] = append(p.links.into[h.Path()], g.Path())
			}
		}
	}
}

// Importers lists the files that bring a file in, directly or not, by path,
// itself never.
func (p *Project) Importers(f *File) []*File {
	p.links.once.Do(p.findLinks)
	if len(p.links.into[f.Path()]) == 0 || p.File(f.Path()) != f {
		return nil
	}
	var list []*File
	seen := map[string]bool{f.Path(): true}
	var visit func(path string)
	visit = func(path string) {
		for _, from := range p.links.into[path] {
			if !seen[from] {
				seen[from] = true
				list = append(list, p.File(from))
				visit(from)
			}
		}
	}
	visit(f.Path())
	sort.Slice(list, func(i, j int) bool { return list[i].Path() < list[j].Path() })
	return list
}
