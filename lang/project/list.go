package project

import (
	"bufio"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/go-git/go-git/v5/plumbing/format/gitignore"
)

// Ending is how the names of definitions end.
const Ending = ".flo"

// List visits the definitions in a folder, by their paths, in lexical order, each
// with the root of the project that it belongs to.
// Left out are hidden files and folders, those that a .gitignore leaves out,
// in the folder, above it in the same repository or beneath it, and those
// that match exclude, patterns as in a .gitignore of the folder root. The
// files of projects within the project are visited too, less those that their
// own configurations exclude.
func List(root, folder string, exclude []string, visit func(root, path string) error) error {
	root, err := filepath.Abs(root)
	if err != nil {
		return err
	}
	abs, err := filepath.Abs(folder)
	if err != nil {
		return err
	}
	w := lister{root: root, visit: visit}
	for _, pattern := range exclude {
		w.patterns = append(w.patterns, gitignore.ParsePattern(pattern, split(root)))
	}
	if top := repository(abs); top != "" {
		for at := filepath.Dir(abs); len(at) >= len(top) && abs != top; at = filepath.Dir(at) {
			above, err := ignored(at)
			if err != nil {
				return err
			}
			w.patterns = append(above, w.patterns...) // those of inner folders come later, and win
		}
	}
	return w.walk(folder, abs)
}

type lister struct {
	root     string // of the project around
	patterns []gitignore.Pattern
	visit    func(root, path string) error
}

// walk visits a folder, whose absolute path is abs.
func (w lister) walk(folder, abs string) error {
	parts := split(abs)
	more, err := ignored(folder)
	if err != nil {
		return err
	}
	if abs != w.root {
		inner, err := ReadConfig(folder)
		if err != nil {
			return err
		}
		if inner.File != nil {
			w.root = abs
		}
		for _, pattern := range inner.Exclude {
			more = append(more, gitignore.ParsePattern(pattern, parts))
		}
	}
	w.patterns = append(w.patterns[:len(w.patterns):len(w.patterns)], more...)
	matcher := gitignore.NewMatcher(w.patterns)
	entries, err := os.ReadDir(folder)
	if err != nil {
		return err
	}
	for _, e := range entries {
		name := e.Name()
		inner := append(parts[:len(parts):len(parts)], name)
		if strings.HasPrefix(name, ".") || !e.IsDir() && filepath.Ext(name) != Ending || matcher.Match(inner, e.IsDir()) {
			continue
		}
		path := filepath.Join(folder, name)
		if e.IsDir() {
			err = w.walk(path, filepath.Join(abs, name))
		} else {
			err = w.visit(w.root, path)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// ignored reads the .gitignore of a folder.
func ignored(folder string) ([]gitignore.Pattern, error) {
	f, err := os.Open(filepath.Join(folder, ".gitignore"))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	defer f.Close()
	abs, err := filepath.Abs(folder)
	if err != nil {
		return nil, err
	}
	var list []gitignore.Pattern
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if line := strings.TrimRight(lines.Text(), " \t"); line != "" && !strings.HasPrefix(line, "#") {
			list = append(list, gitignore.ParsePattern(line, split(abs)))
		}
	}
	return list, lines.Err()
}

// repository returns the folder of the git repository that a folder is in, ""
// where it is in none.
func repository(folder string) string {
	return upwards(folder, func(at string) bool {
		_, err := os.Stat(filepath.Join(at, ".git"))
		return err == nil
	})
}

// upwards returns the nearest folder, from an absolute path on upwards, for
// which is holds, "" where there is none.
func upwards(folder string, is func(folder string) bool) string {
	for at := folder; ; {
		if is(at) {
			return at
		}
		up := filepath.Dir(at)
		if up == at {
			return ""
		}
		at = up
	}
}

// split returns the parts of an absolute path.
func split(path string) []string {
	return strings.Split(strings.Trim(filepath.ToSlash(path), "/"), "/")
}
