package feature

import (
	"path"
	"strings"

	"github.com/florc-lang/florc/lang/analysis"
	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/source"
)

// Link is a place that names a file of the project.
type Link struct {
	Span source.Span
	Path string
}

// Links returns the files that the file brings in, where it names them.
func Links(v *analysis.View) []Link {
	var list []Link
	for _, i := range v.Imports {
		if f := v.Project.Find(v.Path(), i.Target); f != nil {
			list = append(list, Link{i.Span, f.Path()})
		}
	}
	return list
}

// RenameFile returns the changes that keep every file of the project bringing
// in what it brought in, where the file of the path from is to have the path
// to.
func RenameFile(p *analysis.Project, from, to string) []FileEdits {
	moved := p.File(from)
	var list []FileEdits
	for _, f := range p.Files() {
		e := FileEdits{Path: f.Path()}
		here := f.Path()
		if f == moved {
			here = to
		}
		for _, i := range f.Imports {
			g := p.Find(f.Path(), i.Target)
			if g == nil || g != moved && f != moved {
				continue
			}
			target := g.Path()
			if g == moved {
				target = to
			}
			if text := importTarget(p, here, target, i.Target); text != i.Target {
				e.Edits = append(e.Edits, diag.Edit{Span: i.Span, NewText: text})
			}
		}
		if len(e.Edits) > 0 {
			list = append(list, e)
		}
	}
	return list
}

// importTarget returns how a file names another: in the way of an earlier
// name, if there is one (beside the file or from the root of the project, with
// or without the ending).
func importTarget(p *analysis.Project, from, to, was string) string {
	ending := strings.HasSuffix(was, ".flo")
	dir := path.Dir(from)
	short := to
	if dir != "." {
		if rest, found := strings.CutPrefix(to, dir+"/"); found {
			short = rest
		} else if strings.HasPrefix(was, "../") {
			short = relative(dir, to)
		}
	}
	if strings.HasPrefix(was, "./") && !strings.HasPrefix(short, "../") && short != to {
		short = "./" + short
	}
	if !ending && strings.HasSuffix(short, ".flo") {
		short = strings.TrimSuffix(short, ".flo")
	}
	return short
}

// relative returns the path of a file as seen from a folder.
func relative(dir, to string) string {
	a, b := strings.Split(dir, "/"), strings.Split(to, "/")
	for len(a) > 0 && len(b) > 1 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	return strings.Repeat("../", len(a)) + strings.Join(b, "/")
}
