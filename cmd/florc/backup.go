package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
)

var backupCommand = command{
	name:    "backup",
	usage:   "[flags] FILE|-",
	summary: "writes all of a store to a file, as of one moment",
	long: `Writes all of a store to a file, as of one moment; whoever works it goes on
meanwhile. The file is there only once it is whole. florc restore makes a store
of it again.`,
	example: "florc backup --store orders orders.backup\nflorc backup --store orders - | gzip >orders.backup.gz",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			path, err := oneArgument(args, "the file")
			if err != nil {
				return err
			}
			m := s.meter("backing up")
			var n int64
			err = o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
				defer m.end()
				return s.writeFile(path, func(w io.Writer) error {
					counted := &countingWriter{w: w}
					err := u.Backup(ctx, counted, m.bytes)
					n = counted.n
					return err
				})
			})
			if err != nil || path == "-" {
				return err
			}
			return o.printBytes(s, path, n)
		}
	},
}

var restoreCommand = command{
	name:    "restore",
	usage:   "[flags] FILE|-",
	summary: "makes a store of a backup",
	long: `Makes a store of what florc backup wrote, in a directory that is empty or not
there yet.`,
	example: "florc restore --store orders orders.backup\ngunzip <orders.backup.gz | florc restore --store orders -",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			path, err := oneArgument(args, "the file")
			if err != nil {
				return err
			}
			if err := o.resolve(); err != nil {
				return err
			}
			if entries, err := os.ReadDir(o.dir); err == nil && len(entries) > 0 {
				return &inputError{fmt.Errorf("%s is not empty: name a directory that is, or that is not there yet", o.dir)}
			}
			in, size, err := s.openInput(path)
			if err != nil {
				return err
			}
			defer in.Close()
			bo, err := o.badger(nil)
			if err != nil {
				return err
			}
			m := s.meter("restoring")
			var n int64
			err = badgerstore.Restore(ctx, o.dir, in, bo, func(done int64) {
				n = done
				m.bytes(done, size)
			})
			m.end()
			if err != nil {
				return unopened(err)
			}
			return o.printBytes(s, o.dir, n)
		}
	},
}

var dumpCommand = command{
	name:    "dump",
	usage:   "[flags] [EXID…]",
	summary: "writes executions as JSON, a line each",
	long: `Writes executions to standard output as JSON, a line each, all of them where none
is named; or those of a domain. florc load stores them again, also in another
store.`,
	example: "florc dump --store orders >orders.jsonl\nflorc dump --store orders bakidofunami | florc load --store elsewhere -",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		domain := fs.String("domain", "", "those of this `DOMAIN`, and of those below it")
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			if *domain != "" && len(args) > 0 {
				return badUsage("", "either --domain or ids say what to dump")
			}
			return o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
				var exids []string
				if *domain != "" {
					list, err := u.Executions(ctx, runtime.ListOptions{Domain: *domain, Brief: true})
					if err != nil || len(list) == 0 {
						return err
					}
					for _, e := range list {
						exids = append(exids, e.Exid)
					}
				}
				if len(args) > 0 {
					var err error
					if exids, err = u.findAll(ctx, args); err != nil {
						return err
					}
				}
				m := s.meter("dumping")
				defer m.end()
				if s.columns > 0 {
					m = nil // it would stand in between
				}
				out := &countingWriter{w: s.stdout}
				return u.Dump(ctx, meteredWriter{out, m, &out.n}, exids...)
			})
		}
	},
}

var loadCommand = command{
	name:    "load",
	usage:   "[flags] FILE|-",
	summary: "stores the executions that dump wrote",
	long: `Stores executions that florc dump wrote, and prints their ids. It stops at the
first that is there already, or cannot be read; those before it are stored.`,
	example: "florc load --store orders orders.jsonl",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			path, err := oneArgument(args, "the file")
			if err != nil {
				return err
			}
			in, size, err := s.openInput(path)
			if err != nil {
				return err
			}
			defer in.Close()
			m := s.meter("loading")
			read := &meteredReader{r: in, m: m, total: size}
			return o.use(ctx, s, toAdd, func(ctx context.Context, u *unit) error {
				defer m.end()
				exids, err := u.Load(ctx, read)
				m.end()
				if o.json {
					if exids == nil {
						exids = []string{}
					}
					err = errors.Join(err, printJSON(s.stdout, exids))
				} else {
					for _, exid := range exids {
						fmt.Fprintln(s.stdout, exid)
					}
				}
				if err != nil && read.n > 0 {
					err = &onceError{fmt.Errorf("%s: %w", nameOfInput(path), err)} // what was read is gone
				}
				return err
			})
		}
	},
}

var compactCommand = command{
	name:    "compact",
	usage:   "[flags]",
	summary: "gives back the room of what a store holds no more",
	long: `Gives back the room on the disk of what a store holds no more. It needs the store
for itself: stop the process that works it.`,
	example: "florc compact --store orders",
	setup: func(fs *pflag.FlagSet) action {
		var o storeOptions
		o.declare(fs)
		return func(ctx context.Context, s *streams, args []string) error {
			if err := noArguments(args); err != nil {
				return err
			}
			if err := o.resolve(); err != nil {
				return err
			}
			before, _ := directoryBytes(o.dir) // what is wrong with it shows below
			err := o.use(ctx, s, toRead, func(ctx context.Context, u *unit) error {
				store, ok := u.store.(*badgerstore.Store)
				if !ok {
					return &inputError{fmt.Errorf("process %d uses the store %s: stop it, compact needs the store for itself", u.owner, o.dir)}
				}
				m := s.meter("compacting")
				defer m.end()
				m.bytes(0, 0)
				return store.Compact(ctx)
			})
			if err != nil {
				return err
			}
			after, err := directoryBytes(o.dir) // now that it is closed
			if err != nil {
				return err
			}
			if o.json {
				return printJSON(s.stdout, struct {
					Before int64 `json:"bytesBefore"`
					After  int64 `json:"bytesAfter"`
				}{before, after})
			}
			_, err = fmt.Fprintf(s.stdout, "%s took %s, and takes %s now\n", o.dir, byteCount(before), byteCount(after))
			return err
		}
	},
}

func directoryBytes(dir string) (n int64, err error) {
	err = filepath.WalkDir(dir, func(_ string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil // it was removed meanwhile
		}
		if err != nil || d.IsDir() {
			return err
		}
		if info, err := d.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n, err
}

func (o *storeOptions) printBytes(s *streams, where string, n int64) error {
	if o.json {
		return printJSON(s.stdout, struct {
			Bytes int64 `json:"bytes"`
		}{n})
	}
	_, err := fmt.Fprintf(s.stdout, "%s: %s\n", where, byteCount(n))
	return err
}

// writeFile writes a file that is there whole or not at all; "-" is standard
// output.
func (s *streams) writeFile(path string, write func(io.Writer) error) (err error) {
	if path == "-" {
		if s.columns > 0 {
			return badUsage("send it to a file, or to a program", "a backup is nothing for a terminal")
		}
		return write(s.stdout)
	}
	f, err := os.OpenFile(path+".part", os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return unwritable(path, err)
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(f.Name())
		}
	}()
	buffered := bufio.NewWriterSize(f, 1<<20)
	if err := write(buffered); err != nil {
		return err
	}
	if err := errors.Join(buffered.Flush(), f.Sync(), f.Close()); err != nil {
		return unwritable(path, err)
	}
	return os.Rename(f.Name(), path)
}

func unwritable(path string, err error) error {
	if inner := new(fs.PathError); errors.As(err, &inner) {
		err = inner.Err
	}
	return &inputError{fmt.Errorf("cannot write %s: %w", path, err)}
}

// openInput opens a file, or standard input for "-", and tells how large it is,
// 0 where that is not known.
func (s *streams) openInput(path string) (io.ReadCloser, int64, error) {
	if path == "-" {
		return io.NopCloser(s.stdin), 0, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, 0, unreadable(path, err)
	}
	st, err := f.Stat()
	if err == nil && st.IsDir() {
		err = errors.New("it is a directory")
	}
	if err != nil {
		f.Close()
		return nil, 0, unreadable(path, err)
	}
	return f, st.Size(), nil
}

func nameOfInput(path string) string {
	if path == "-" {
		return stdinName
	}
	return path
}
