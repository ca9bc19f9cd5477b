package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/runtime/socket"
	"github.com/florc-lang/florc/stdlib"
)

// storeOptions are the flags of the commands that work on a store.
type storeOptions struct {
	dir, keyFile string
	json         bool
	acceptLoss   bool // of the last commits, where the store is damaged
}

// The environment variables that stand in for flags.
const (
	storeVariable   = "FLORC_STORE"
	keyFileVariable = "FLORC_STORE_KEY_FILE"
)

func (o *storeOptions) declare(fs *pflag.FlagSet) {
	fs.StringVar(&o.dir, "store", "", "the `DIR` of the store; default: FLORC_STORE of the environment")
	o.declareKey(fs)
	fs.BoolVar(&o.json, "json", false, "print JSON")
}

func (o *storeOptions) declareKey(fs *pflag.FlagSet) {
	fs.StringVar(&o.keyFile, "key-file", "", "a `FILE` with the store's encryption key: 16, 24 or 32 bytes, or their hex digits; default: FLORC_STORE_KEY_FILE")
}

// resolve fills in what the environment says.
func (o *storeOptions) resolve() error {
	if o.dir == "" {
		o.dir = os.Getenv(storeVariable)
	}
	switch {
	case o.dir == "":
		return badUsage("name its directory with --store DIR, or in the environment with FLORC_STORE", "which store is meant?")
	case strings.Contains(o.dir, "://"):
		return badUsage("give a directory", "the store %s: only directories can be stores yet", o.dir)
	}
	return nil
}

// key reads the key that the store is encrypted with, nil for none.
func (o *storeOptions) key() ([]byte, error) {
	path := o.keyFile
	if path == "" {
		path = os.Getenv(keyFileVariable)
	}
	if path == "" {
		return nil, nil
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	defer f.Close()
	const most = 100
	data, err := io.ReadAll(io.LimitReader(f, most))
	if err != nil {
		return nil, unreadable(path, err)
	}
	// Digits alone are no key that anyone would draw: they stand for one.
	key, err := hex.DecodeString(strings.TrimSpace(string(data)))
	if err != nil {
		key = data
	}
	switch len(key) {
	case 16, 24, 32:
		return key, nil
	}
	return nil, &inputError{fmt.Errorf("the key in %s has %s: it has to have 16, 24 or 32, as such or as hex digits. "+
		"To make one: openssl rand -hex 32", path, plural(len(key), "byte", "bytes"))}
}

// access says what a command wants of a store.
type access int

const (
	toRead   access = iota // it has to be there
	toAdd                  // it is made where it is missing
	toWork                 // it is made, and executions are worked
	toFinish               // it has to be there, and executions are worked
	toKeep                 // it is made, executions are worked, and nobody else gets it
	toFollow               // another process has to own it, and is waited for
)

func (a access) makes() bool { return a == toAdd || a == toWork || a == toKeep }
func (a access) works() bool { return a == toWork || a == toFinish || a == toKeep }

// How long a store is waited for that another process has open but does not
// serve: it is starting, or ending.
const (
	patience   = 10 * time.Second
	firstPause = 5 * time.Millisecond
	maxPause   = 200 * time.Millisecond
	// handOver is how long a process that gave up a store leaves it to the one
	// that wanted it.
	handOver = time.Second
)

// unit is the use of a store: through the process that owns it, or opened here,
// and then served to other processes for as long.
type unit struct {
	runtime.Client
	owner int  // the id of the process that owns it, 0 for this one
	stays bool // that process works the store until it is told to stop

	// Where this process owns it.
	rt      *runtime.Runtime
	wanted  context.Context // ends once another process wants to own it
	store   runtime.Store
	unserve context.CancelFunc
	served  chan error // how the serving ended; nil where it is not served
}

// open opens a store, or finds the process that has it open.
func (o *storeOptions) open(ctx context.Context, s *streams, a access, c runtime.Config) (*unit, error) {
	deadline := time.Now().Add(patience)
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		remote, err := socket.Dial(o.dir)
		if err == nil {
			return &unit{Client: remote, owner: remote.PID(), stays: !remote.Passing()}, nil
		}
		if errors.Is(err, socket.ErrSilent) {
			pid, _ := os.ReadFile(filepath.Join(o.dir, "LOCK"))
			err = fmt.Errorf("%w: look at what process %s does, or end it", err, strings.TrimSpace(string(pid)))
		}
		if !errors.Is(err, socket.ErrNoOwner) && !errors.Is(err, socket.ErrLost) {
			return nil, &inputError{err}
		}
		if a == toFollow && ctx.Err() == nil {
			deadline = time.Now().Add(patience)
			sleep(ctx, pause)
			continue
		}
		if err := o.exists(); err != nil && !a.makes() {
			return nil, err
		}
		u, err := o.own(ctx, s, a, c)
		if !errors.Is(err, badgerstore.ErrInUse) {
			return u, err
		}
		if time.Now().After(deadline) {
			return nil, &inputError{fmt.Errorf("%w, which does not let others in: wait until it has ended, or end it", err)}
		}
		time.Sleep(pause)
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// exists checks that there is a store.
func (o *storeOptions) exists() error {
	_, err := os.Stat(filepath.Join(o.dir, "FORMAT"))
	if errors.Is(err, fs.ErrNotExist) {
		return &inputError{fmt.Errorf("there is no store in %s: florc work, launch or restore makes one there", o.dir)}
	}
	if err != nil {
		return unreadable(o.dir, err)
	}
	return nil
}

// own opens a store for this process.
func (o *storeOptions) own(ctx context.Context, s *streams, a access, c runtime.Config) (*unit, error) {
	so, err := o.badger(c.Logger)
	if err != nil {
		return nil, err
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	store, err := badgerstore.Open(o.dir, so)
	if err != nil {
		return nil, unopened(err)
	}
	u, err := newUnit(ctx, store, a, c)
	if err != nil {
		return nil, err
	}
	l, err := socket.Listen(o.dir)
	if err != nil {
		if a.works() {
			s.note("other processes cannot use the store meanwhile: %s", err)
		}
		return u, nil
	}
	var serving context.Context
	serving, u.unserve = context.WithCancel(context.Background())
	u.served = make(chan error, 1)
	var client runtime.Client = u.rt
	if a != toKeep {
		lent := lent{Runtime: u.rt}
		u.wanted, lent.want = context.WithCancel(context.Background())
		client = lent
	}
	go func() { u.served <- socket.Serve(serving, l, client, c.Logger) }()
	return u, nil
}

// lent is the Client of a process that owns a store for a while only.
type lent struct {
	*runtime.Runtime
	want context.CancelFunc
}

// Release makes it known that another process wants to own the store.
func (l lent) Release() { l.want() }

// newUnit has this process use a store, which it closes in the end.
func newUnit(ctx context.Context, store runtime.Store, a access, c runtime.Config) (*unit, error) {
	c.Store, c.Library = store, stdlib.All()
	rt, err := runtime.New(c)
	if err == nil && a.works() {
		// A timeout is for what is waited for: the start may take its time.
		starting, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		defer context.AfterFunc(ctx, func() {
			if errors.Is(ctx.Err(), context.Canceled) {
				cancel()
			}
		})()
		err = rt.Start(starting)
	}
	if err != nil {
		return nil, errors.Join(err, store.Close())
	}
	return &unit{Client: rt, rt: rt, store: store, wanted: context.Background()}, nil
}

func (o *storeOptions) badger(log *slog.Logger) (badgerstore.Options, error) {
	key, err := o.key()
	return badgerstore.Options{Logger: log, EncryptionKey: key, AcceptLoss: o.acceptLoss}, err
}

// unopened says what to do about a store that cannot be opened.
func unopened(err error) error {
	switch {
	case errors.Is(err, badgerstore.ErrKey):
		err = fmt.Errorf("%w: give the file of the key with --key-file, or in FLORC_STORE_KEY_FILE", err)
	case errors.Is(err, badgerstore.ErrDamaged):
		err = fmt.Errorf("%w. To go on with what is left: florc work --accept-loss", err)
	}
	return &inputError{err}
}

// close ends the use of the store: what is under way ends first, or is cut
// after some seconds.
func (u *unit) close() error {
	if u.owner != 0 {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), stopWithin)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- u.rt.Stop(ctx) }()
	if u.served != nil {
		u.unserve()
		<-u.served
	}
	if err := <-stopped; err != nil {
		return fmt.Errorf("what is under way does not end: %w", err) // and uses the store
	}
	return u.store.Close()
}

// stopWithin is how long what is under way may take to end.
const stopWithin = 9 * time.Second

// use does something with a store. Where its owner has gone before it did
// anything, or in the middle of something that can be done twice, it is done
// again with whoever owns the store next. Who waits beside a process that works
// the store never becomes its owner: it may not know the taskers.
func (o *storeOptions) use(ctx context.Context, s *streams, a access, f func(ctx context.Context, u *unit) error) error {
	return o.useWith(ctx, s, a, runtime.Config{Fallback: runtime.Worklist}, f)
}

func (o *storeOptions) useWith(ctx context.Context, s *streams, a access, c runtime.Config, f func(ctx context.Context, u *unit) error) error {
	if err := o.resolve(); err != nil {
		return err
	}
	out := &countingWriter{w: s.stdout}
	s.stdout = out
	defer func() { s.stdout = out.w }()
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		u, err := o.open(ctx, s, a, c)
		if err != nil {
			return err
		}
		err = f(ctx, u)
		if closeErr := u.close(); err == nil {
			return closeErr
		}
		if errors.Is(err, runtime.ErrFull) {
			return fmt.Errorf("%w: make room on the disk of %s", err, o.dir)
		}
		if !ownerWent(err) || out.n > 0 {
			return err
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if u.stays && a.works() {
			s.note("process %d has stopped working the store: the next one that does is waited for", u.owner)
			a = toFollow
		}
		if u.wanted != nil && u.wanted.Err() != nil {
			pause = handOver
		}
		time.Sleep(pause)
	}
}

// ownerWent tells whether an error only says that the owner of the store went
// away, and that the same can be asked of the next one.
func ownerWent(err error) bool {
	var once *onceError
	return !errors.As(err, &once) &&
		(errors.Is(err, socket.ErrNoOwner) || errors.Is(err, socket.ErrLost) || errors.Is(err, runtime.ErrStopped) || errors.Is(err, runtime.ErrClosed))
}

// onceError is an error after which something may be done already, and must
// not be done again.
type onceError struct{ error }

func (e *onceError) Unwrap() error { return e.error }

// once marks the error of what must not be done twice.
func once(err error, look string) error {
	if errors.Is(err, socket.ErrLost) {
		return &onceError{fmt.Errorf("%w: it may have been done, or not. %s", socket.ErrLost, look)}
	}
	return err
}

type countingWriter struct {
	w io.Writer
	n int64
}

func (c *countingWriter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// note tells the person at the terminal something beside the result.
func (s *streams) note(format string, args ...any) {
	fmt.Fprintf(s.stderr, "%s: %s\n", s.errColors.paint(cyan, "note"), sanitize(fmt.Sprintf(format, args...)))
}

// noteIdle tells that nobody works on what was left in a store.
func (s *streams) noteIdle(u *unit, what string) {
	if u.owner == 0 {
		s.note("nobody works this store now: %s once florc work does", what)
	}
}

// find returns the id of the execution that is meant by an id, or by the
// beginning or the end of one.
func (u *unit) find(ctx context.Context, part string) (string, error) {
	var missing error
	for _, missing = range u.Traces(ctx, part) { // the quickest way to see whether it is there
		break
	}
	if !errors.Is(missing, runtime.ErrNotFound) {
		return part, missing
	}
	const most = 10
	list, err := u.Executions(ctx, runtime.ListOptions{Exid: part, Limit: most + 1, Brief: true})
	switch {
	case err != nil:
		return "", err
	case part == "", len(list) == 0:
		return "", &inputError{fmt.Errorf("there is no execution %q in the store: florc ps lists them", part)}
	case len(list) == 1:
		return list[0].Exid, nil
	}
	var b strings.Builder
	for i, e := range list {
		if i == most {
			fmt.Fprint(&b, "\n  and others")
			break
		}
		fmt.Fprintf(&b, "\n  %s  %s %s", e.Exid, e.Status, e.Name)
	}
	return "", &inputError{fmt.Errorf("%q can be any of these executions:%s", part, b.String())}
}
