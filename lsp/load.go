package lsp

import (
	"context"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/project"
	"github.com/florc-lang/florc/lang/source"
)

// load is the reading of the files of a folder. Once done is closed, files
// holds them.
type load struct {
	done  chan struct{}
	files map[string]*file

	// For those who want to see how it gets on: a tick tells that read may
	// have changed.
	found, read atomic.Int64
	tick        chan struct{}
}

func newLoad() *load { return &load{done: make(chan struct{}), tick: make(chan struct{}, 1)} }

// loaded is a load that has nothing to read.
func loaded() *load {
	l := newLoad()
	close(l.done)
	return l
}

func (l *load) isDone() bool {
	select {
	case <-l.done:
		return true
	default:
		return false
	}
}

// loader reads folders.
type loader struct {
	checker *check.Checker
	parser  parser.Options
	log     *slog.Logger
}

// run reads the files of a folder and works out what each says on its own. Of
// those read before, what did not change is kept.
func (l *load) run(ctx context.Context, dir string, exclude []string, with loader, before map[string]*file) {
	defer close(l.done)
	l.files = map[string]*file{}
	paths := definitions(dir, exclude, with.log)
	l.found.Store(int64(len(paths)))
	var mu sync.Mutex
	var workers sync.WaitGroup
	next := make(chan string)
	for range runtime.GOMAXPROCS(0) {
		workers.Go(func() {
			for path := range next {
				if f := with.reread(dir, path, before[path]); f != nil {
					f.analysis()
					mu.Lock()
					l.files[path] = f
					mu.Unlock()
				}
				l.read.Add(1)
				select {
				case l.tick <- struct{}{}:
				default:
				}
			}
		})
	}
	for _, path := range paths {
		if ctx.Err() != nil {
			break
		}
		next <- path
	}
	close(next)
	workers.Wait()
}

// read reads a file of a folder, and returns nil where it cannot be read.
func (l loader) read(dir, path string) *file { return l.reread(dir, path, nil) }

// reread is read for a file that was read before, which is returned where it
// has not changed.
func (l loader) reread(dir, path string, before *file) *file {
	name := filepath.Join(dir, filepath.FromSlash(path))
	info, err := os.Stat(name)
	if err == nil && before != nil && before.stamp == stampOf(info) {
		return before
	}
	var data []byte
	if err == nil {
		data, err = os.ReadFile(name)
	}
	if err != nil {
		if !os.IsNotExist(err) {
			l.log.Warn("a file cannot be read", "error", err)
		}
		return nil
	}
	f := newFile(source.NewFile(path, string(data)), l.checker.Env, l.parser, nil)
	f.stamp = stampOf(info)
	return f
}

// stamp tells the states of a file on the disk apart.
type stamp struct {
	size     int64
	modified time.Time
}

func stampOf(info fs.FileInfo) stamp { return stamp{info.Size(), info.ModTime()} }

// definitions lists the definitions that belong to a project, by their paths
// below its folder.
func definitions(dir string, exclude []string, log *slog.Logger) []string {
	var list []string
	err := project.List(dir, dir, exclude, func(_, p string) error {
		if rel, err := filepath.Rel(dir, p); err == nil {
			list = append(list, filepath.ToSlash(rel))
		}
		return nil
	})
	if err != nil {
		log.Warn("a folder cannot be read", "error", err)
	}
	return list
}

func isDefinition(path string) bool { return strings.HasSuffix(path, project.Ending) }
