package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/lang/project"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/folder"
)

// projectOptions say which project's flows, taskers and variables are used.
type projectOptions struct{ project string }

func (o *projectOptions) declare(fs *pflag.FlagSet) {
	fs.StringVar(&o.project, "project", "", "the `DIR` of the project, whose flows, taskers and variables are used; default: the one around")
}

// around reads the project: the one that is named, or else the one that a path is
// in; nil for none.
func (o *projectOptions) around(path string) (*folder.Project, error) {
	dir := o.project
	if dir == "" {
		dir = project.Root(path)
		if _, err := os.Stat(filepath.Join(dir, project.ConfigName)); err != nil {
			return nil, nil
		}
	}
	p, err := folder.Open(dir, shell)
	if err != nil {
		return nil, &inputError{err}
	}
	return p, nil
}

// file returns the path of a definition, and the project that it is used with:
// what is no file may be the name of a flow of the domain.
func (o *projectOptions) file(path, domain string) (string, *folder.Project, error) {
	at := path
	_, missing := os.Stat(path)
	if path == "-" || missing != nil {
		at = "."
	}
	p, err := o.around(at)
	if p != nil && path != "-" && missing != nil {
		if flow := p.Flow(domain, path); flow != "" {
			path = fromHere(flow)
		}
	}
	return path, p, err
}

// configure has a runtime use a project, and what is beside the file that is
// launched, "" for none.
func configure(c *runtime.Config, p *folder.Project, path string) {
	if p != nil {
		p.Configure(c)
	}
	if path == "" {
		return
	}
	inProject, beside := c.Loader, runtime.DirLoader(filepath.Dir(path))
	c.Loader = func(w runtime.Wanted) (runtime.Definition, error) {
		if inProject != nil {
			if def, err := inProject(w); !errors.Is(err, runtime.ErrNotFound) {
				return def, err
			}
		}
		return beside(w)
	}
}

// useProject is use, with a project.
func (o *storeOptions) useProject(ctx context.Context, s *streams, a access, p *folder.Project, f func(ctx context.Context, u *unit) error) error {
	c := runtime.Config{Fallback: runtime.Worklist}
	configure(&c, p, "")
	return o.useWith(ctx, s, a, c, f)
}
