package runtime

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// The facets of an execution, beside its status and its domain: the tags that
// its nodes are in, the taskers that have tasks of it, and the root's variables
// that hold a text, a number, true, false or null.
func tagFacet(tag string) string       { return facet("t", tag) }
func taskerFacet(tasker string) string { return facet("k", tasker) }
func varFacet(name string, v value.Value) string {
	return facet("v", name+"="+v.String())
}

// maxFacetBytes bounds facets; of longer ones their hash is kept.
const maxFacetBytes = 100

func facet(kind, text string) string {
	if len(text) > maxFacetBytes || strings.IndexByte(text, 0) >= 0 {
		text = fmt.Sprintf("#%x", sha256.Sum256([]byte(text)))
	}
	return kind + text
}

// findable tells whether a variable is found by its value.
func findable(v value.Value) bool {
	switch v.Kind() {
	case value.KindNull, value.KindBool, value.KindInt, value.KindBig, value.KindFloat, value.KindString:
		return true
	}
	return false
}

// facets returns the facets of an execution but for its taskers, of which it
// tells whether there are any.
func (l *live) facets() (facets []string, tasks bool) {
	if l.x == nil {
		return nil, false
	}
	for nid, n := range l.nodes {
		f := l.x.Frame(nid)
		if f == nil || f.State == vm.Ended {
			continue
		}
		for _, tag := range f.Tags {
			facets = append(facets, tagFacet(tag))
		}
		tasks = tasks || n.task != ""
	}
	if root := l.x.Root(); root != nil && root.Vars != nil {
		for i := range root.Vars.Len() {
			if v := root.Vars.At(i); findable(v.Value) {
				facets = append(facets, varFacet(v.Name, v.Value))
			}
		}
	}
	return facets, tasks
}

// indexedOf returns what an execution can be found by, or ErrNotFound.
func (r *Runtime) indexedOf(ctx context.Context, exid string) (*Indexed, error) {
	rec, facets, tasks := r.idleFacets(exid)
	if rec == nil {
		l, err := r.load(ctx, exid)
		switch {
		case err == nil:
			rec = l.rec
			facets, tasks = l.facets()
		case isBroken(err): // it is found by status and domain; Verify tells of it
			rec, err = r.store.Record(ctx, exid)
		}
		if err != nil {
			return nil, err
		}
	}
	if tasks {
		for t, err := range r.store.Tasks(ctx, exid) {
			if err != nil {
				return nil, err
			}
			if !t.Withdrawn {
				facets = append(facets, taskerFacet(t.Tasker))
			}
		}
	}
	slices.Sort(facets)
	return &Indexed{Version{exid, rec.Seq}, slices.Compact(facets), rec}, nil
}

// manyNodes is how many nodes are too many to be looked at while others wait.
const manyNodes = 256

// idleFacets does what facets does for an execution that is in memory and at
// rest; the record is nil for another one.
func (r *Runtime) idleFacets(exid string) (rec *Record, facets []string, tasks bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s := r.slots[exid]
	if s == nil || s.state != slotIdle || s.live == nil || len(s.live.nodes) > manyNodes {
		return nil, nil, false
	}
	facets, tasks = s.live.facets()
	return s.live.rec, facets, tasks
}

// indexer keeps the index up to date. Executions that have just changed are left
// alone for a while: most of them change again, or end.
type indexer struct {
	r      *Runtime
	wakeup chan struct{}
	mu     sync.Mutex      // held for a pass
	before map[string]bool // those that were stale at the pass before
}

func (x *indexer) init(r *Runtime) { x.r, x.wakeup = r, make(chan struct{}, 1) }

// nudge tells that something was committed.
func (x *indexer) nudge() {
	select {
	case x.wakeup <- struct{}{}:
	default: // it will look anyway
	}
}

// restShare is how many times as long as a pass took the next one waits, at
// least.
const restShare = 9

// run keeps the index up to date until the context ends.
func (x *indexer) run(ctx context.Context) {
	if _, _, err := x.r.find(ctx, Query{Limit: 1}); err != nil && ctx.Err() == nil { // it is built where there is none
		x.r.fail(err)
		return
	}
	x.nudge() // for what an earlier process left
	for {
		select {
		case <-ctx.Done():
			return
		case <-x.wakeup:
		}
		for pause, more := x.r.c.IndexAfter, true; more; {
			c, stop := x.r.c.Clock.After(pause)
			select {
			case <-ctx.Done():
			case <-c:
			}
			stop()
			if ctx.Err() != nil {
				return
			}
			began := x.r.c.Clock.Now()
			state, err := x.pass(ctx, false)
			switch {
			case err == nil, errors.Is(err, ErrFull), ctx.Err() != nil:
			default:
				x.r.fail(err)
				return
			}
			took := x.r.c.Clock.Now().Sub(began)
			if pause = max(x.r.c.IndexAfter, restShare*took); state == behind && err == nil {
				pause = took // else what it is behind with would fill the memory
			}
			more = state != upToDate
		}
	}
}

// indexedAtOnce is how many executions one commit indexes.
const indexedAtOnce = 256

// indexState is what a pass leaves.
type indexState int

const (
	upToDate indexState = iota
	waiting             // some have just changed
	behind              // there are more than a pass takes
)

// passSize is how many executions a pass takes.
const passSize = 8192

// pass tells the index of those executions that have not changed since the pass
// before, or of all that come first where there are many.
func (x *indexer) pass(ctx context.Context, all bool) (indexState, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	stale, err := x.r.store.Stale(ctx, passSize)
	if err != nil {
		return waiting, err
	}
	state := upToDate
	if len(stale) == passSize {
		state = behind // the first of so many have waited for long enough
	}
	var b Batch
	commit := func() error {
		if len(b.Indexed) == 0 {
			return nil
		}
		err := x.r.store.Commit(ctx, &b)
		clear(b.Indexed)
		b.Indexed = b.Indexed[:0]
		return err
	}
	before := x.before
	x.before = make(map[string]bool)
	for _, exid := range stale {
		if !all && state != behind && !before[exid] {
			x.before[exid] = true
			continue
		}
		ix, err := x.r.indexedOf(ctx, exid)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err == nil {
			b.Indexed = append(b.Indexed, *ix)
			if len(b.Indexed) == indexedAtOnce {
				err = commit()
			}
		}
		if err != nil {
			return waiting, err
		}
	}
	if state == upToDate && len(x.before) > 0 {
		state = waiting
	}
	return state, commit()
}

// Reindex builds the index anew, see Client.
func (r *Runtime) Reindex(ctx context.Context) error {
	r.index.mu.Lock()
	defer r.index.mu.Unlock()
	return r.reindex(ctx)
}

func (r *Runtime) reindex(ctx context.Context) error {
	r.c.Logger.Info("the index of the executions is being built")
	return r.store.Reindex(ctx, func(exid string) (*Indexed, error) { return r.indexedOf(ctx, exid) })
}

// find is the store's Find, and builds the index where there is none.
func (r *Runtime) find(ctx context.Context, q Query) ([]*Record, []string, error) {
	found, stale, err := r.store.Find(ctx, q)
	if !errors.Is(err, ErrUnindexed) {
		return found, stale, err
	}
	r.index.mu.Lock()
	defer r.index.mu.Unlock()
	if found, stale, err = r.store.Find(ctx, q); !errors.Is(err, ErrUnindexed) {
		return found, stale, err // somebody else has built it meanwhile
	}
	if err := r.reindex(ctx); err != nil {
		return nil, nil, err
	}
	return r.store.Find(ctx, q)
}

// verifyIndex checks what the index says of an execution that is at rest.
func (r *Runtime) verifyIndex(ctx context.Context, exid string) (problem string) {
	said, err := r.store.Indexed(ctx, exid)
	if errors.Is(err, ErrNotFound) {
		return "" // it is stale: looked at when it is asked for
	}
	var is *Indexed
	if err == nil {
		is, err = r.indexedOf(ctx, exid)
	}
	var letters []Letter
	if err == nil {
		letters, err = r.store.Inbox(ctx, exid, 1)
	}
	switch {
	case err != nil:
		return "the index: " + err.Error()
	case len(letters) == 0 && !slices.Equal(said.Facets, is.Facets): // a letter may have taken a task
		return fmt.Sprintf("the index says %q of it, and it has %q: florc verify --reindex builds the index anew", said.Facets, is.Facets)
	}
	return ""
}

// indexAfter is the default of Config.IndexAfter.
const indexAfter = time.Second
