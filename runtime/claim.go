package runtime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"sync"
	"time"
)

// claims is what a runtime knows of the tasks that workers may claim. All of it
// may be forgotten: what counts is in the store.
type claims struct {
	picking sync.Mutex // held while tasks are chosen

	mu      sync.Mutex
	from    map[string]Place // by tasker: no free task stands up to there
	news    map[string]int   // by tasker: how often a task became free
	busy    map[TaskKey]bool // that are being claimed
	waiting int              // how many wait for a change
	changed chan struct{}    // closed at the next one
}

func (c *claims) init() {
	c.from, c.news, c.busy = make(map[string]Place), make(map[string]int), make(map[TaskKey]bool)
	c.changed = make(chan struct{})
}

// free tells that a task is free, once that is stored.
func (c *claims) free(t *TaskRecord) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.news[t.Tasker]++
	if from, known := c.from[t.Tasker]; known && t.Place().Compare(from) <= 0 {
		c.from[t.Tasker] = Place{SinceMicros: t.SinceMicros - 1}
	}
	if c.waiting > 0 {
		close(c.changed)
		c.changed = make(chan struct{})
	}
}

const (
	defaultLease = time.Minute
	// maxClaim bounds what one call claims, and a commit of leases that ended.
	maxClaim = 1000
)

// ClaimTasks leases tasks to a worker, see TaskClient.
func (r *Runtime) ClaimTasks(ctx context.Context, o ClaimOptions) ([]*ListedTask, error) {
	switch {
	case o.Worker == "":
		return nil, errors.New("claiming tasks: a worker needs a name")
	case len(o.Tasker) == 0 && o.Match == nil:
		return nil, errors.New("claiming tasks: which taskers does the worker stand for?")
	case o.Lease < 0 || o.Wait < 0 || o.Max < 0 || o.Max > maxClaim:
		return nil, fmt.Errorf("claiming tasks: a lease and a wait cannot be negative, and there can be up to %d tasks at once", maxClaim)
	}
	o.Max, o.Lease = cmp.Or(o.Max, 1), cmp.Or(o.Lease, defaultLease)
	if o.Match != nil {
		o.Match = whole(o.Match)
	}
	until := r.c.Clock.Now().Add(o.Wait)
	for {
		if err := r.Err(); err != nil {
			return nil, err
		}
		r.claims.mu.Lock()
		changed := r.claims.changed
		r.claims.waiting++
		r.claims.mu.Unlock()
		list, err := r.claimNow(ctx, &o)
		if err == nil && len(list) == 0 {
			err = r.awaitClaim(ctx, changed, until)
		}
		r.claims.mu.Lock()
		r.claims.waiting--
		r.claims.mu.Unlock()
		if errors.Is(err, errNoMore) {
			return []*ListedTask{}, nil
		}
		if err != nil || len(list) > 0 {
			return list, err
		}
	}
}

var errNoMore = errors.New("the time is up")

// awaitClaim waits until there may be something to claim; errNoMore tells that
// the time is up.
func (r *Runtime) awaitClaim(ctx context.Context, changed <-chan struct{}, until time.Time) error {
	now := r.c.Clock.Now()
	wait := until.Sub(now)
	if wait <= 0 {
		return errNoMore
	}
	for l, err := range r.store.Leases(ctx) {
		if err != nil {
			return err
		}
		wait = min(wait, max(micros(l.UntilMicros).Sub(now), time.Millisecond))
		break
	}
	c, end := r.c.Clock.After(wait)
	defer end()
	select {
	case <-changed:
	case <-c:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// claimNow leases what there is.
func (r *Runtime) claimNow(ctx context.Context, o *ClaimOptions) ([]*ListedTask, error) {
	if err := r.lapse(ctx); err != nil {
		return nil, err
	}
	picked, err := r.pick(ctx, o)
	if err != nil || len(picked) == 0 {
		return nil, err
	}
	list, err := r.lease(ctx, o, picked)
	r.claims.mu.Lock()
	for _, t := range picked {
		delete(r.claims.busy, t.Key())
	}
	r.claims.mu.Unlock()
	for _, t := range picked { // those that were not claimed after all
		if !slices.ContainsFunc(list, func(l *ListedTask) bool { return l.Exid == t.Exid && l.ID == t.ID }) {
			r.claims.free(t)
		}
	}
	return list, err
}

// lapse frees the tasks whose leases have ended.
func (r *Runtime) lapse(ctx context.Context) error {
	now := r.nowMicros()
	var ended []*TaskRecord
	var items []Item
	for l, err := range r.store.Leases(ctx) {
		if err != nil {
			return err
		}
		if l.UntilMicros > now || len(ended) == maxClaim {
			break
		}
		rec, err := r.store.TaskRecord(ctx, l.Exid, l.ID)
		if errors.Is(err, ErrNotFound) {
			continue // it was returned meanwhile
		}
		var i, next *Item
		if err == nil {
			i, err = r.standing(ctx, rec)
		}
		if err == nil && !i.ended(now) {
			continue // likewise
		}
		if err == nil {
			next, err = i.act(&TaskMove{Act: lapse, Note: i.Person}, rec.Tasker, now)
		}
		if err != nil {
			return err
		}
		ended, items = append(ended, rec), append(items, *next)
	}
	return r.putItems(ctx, items, func(n int) { r.claims.free(ended[n]) })
}

// putItems commits items, all at once, or else one by one those whose tasks
// are as they were; done is told of each that is stored.
func (r *Runtime) putItems(ctx context.Context, items []Item, done func(n int)) error {
	if len(items) == 0 {
		return nil
	}
	err := r.store.Commit(ctx, &Batch{Items: items})
	overtaken := errors.Is(err, ErrConflict) || errors.Is(err, ErrNotFound)
	for n := range items {
		if overtaken {
			if len(items) == 1 {
				return nil
			}
			if err := r.putItems(ctx, items[n:n+1:n+1], func(int) { done(n) }); err != nil {
				return err
			}
		} else if err == nil {
			done(n)
		}
	}
	if overtaken {
		return nil
	}
	return err
}

// pick chooses tasks for a worker, and keeps them from others meanwhile.
func (r *Runtime) pick(ctx context.Context, o *ClaimOptions) (picked []*TaskRecord, err error) {
	r.claims.picking.Lock()
	defer r.claims.picking.Unlock()
	for tasker, err := range r.taskersFor(ctx, o) {
		if err != nil {
			return nil, err
		}
		if picked, err = r.pickOf(ctx, o, tasker, picked); err != nil || len(picked) == o.Max {
			return picked, err
		}
	}
	return picked, nil
}

// taskersFor gives the names of taskers that a worker stands for and that may
// have tasks.
func (r *Runtime) taskersFor(ctx context.Context, o *ClaimOptions) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, name := range o.Tasker {
			if !yield(name, nil) {
				return
			}
		}
		if o.Match == nil {
			return
		}
		for name, err := range r.store.ListedTaskers(ctx) {
			if (err != nil || o.Match.MatchString(name) && !slices.Contains(o.Tasker, name)) && !yield(name, err) {
				return
			}
		}
	}
}

// pickOf chooses tasks of one tasker.
func (r *Runtime) pickOf(ctx context.Context, o *ClaimOptions, tasker string, picked []*TaskRecord) ([]*TaskRecord, error) {
	c := &r.claims
	c.mu.Lock()
	from, news := c.from[tasker], c.news[tasker]
	c.mu.Unlock()
	passed, left := from, false // up to where all were picked; something was left, or may be free again
	for t, err := range r.store.Listed(ctx, tasker, true, from) {
		if err != nil {
			return picked, err
		}
		c.mu.Lock()
		busy := c.busy[t.Key()]
		c.mu.Unlock()
		if busy { // its lease may end before whoever claims it is done
			left = true
		} else {
			ours := InDomain(t.Domain, o.Domain) && (t.Unit == "" || t.Unit == o.Unit)
			if ours {
				if ours, err = r.mayTake(ctx, t); err != nil {
					return picked, err
				}
			}
			if ours {
				c.mu.Lock()
				c.busy[t.Key()] = true
				c.mu.Unlock()
				picked = append(picked, t)
			} else {
				left = true
			}
		}
		if !left {
			passed = t.Place()
		}
		if len(picked) == o.Max {
			break
		}
	}
	c.mu.Lock()
	if c.news[tasker] == news && passed != (Place{}) {
		c.from[tasker] = passed
	}
	c.mu.Unlock()
	return picked, nil
}

// mayTake tells whether the tasker's AtOnce lets somebody take one more.
func (r *Runtime) mayTake(ctx context.Context, t *TaskRecord) (bool, error) {
	of := r.registry.find(t.Domain, t.Tasker)
	if of == nil || of.AtOnce == 0 {
		return true, nil
	}
	n := 0
	r.claims.mu.Lock()
	busy := make([]TaskKey, 0, len(r.claims.busy))
	for k := range r.claims.busy {
		busy = append(busy, k)
	}
	r.claims.mu.Unlock()
	for _, k := range busy {
		rec, err := r.store.TaskRecord(ctx, k.Exid, k.ID)
		if err == nil && r.registry.find(rec.Domain, rec.Tasker) == of {
			n++
		} else if err != nil && !errors.Is(err, ErrNotFound) {
			return false, err
		}
	}
	for held, err := range r.store.Listed(ctx, t.Tasker, false, Place{}) {
		if err != nil {
			return false, err
		}
		if n >= of.AtOnce {
			break
		}
		if r.registry.find(held.Domain, held.Tasker) == of && !slices.Contains(busy, held.Key()) {
			n++
		}
	}
	return n < of.AtOnce, nil
}

// lease leases tasks that were picked, and returns those that it did.
func (r *Runtime) lease(ctx context.Context, o *ClaimOptions, picked []*TaskRecord) (list []*ListedTask, err error) {
	var items []Item
	var tasks []*ListedTask
	now := r.nowMicros()
	for _, rec := range picked {
		i, err := r.standing(ctx, rec)
		if err != nil {
			return nil, err
		}
		next, err := i.act(&TaskMove{Act: ClaimTask, By: o.Worker, For: o.Lease}, rec.Tasker, now)
		if err != nil {
			continue // somebody has it meanwhile
		}
		l, err := r.listedTask(ctx, rec, next, now)
		if errors.Is(err, ErrNotFound) {
			continue // it was returned meanwhile
		}
		if err != nil {
			return nil, err
		}
		items, tasks = append(items, *next), append(tasks, l)
	}
	err = r.putItems(ctx, items, func(n int) { list = append(list, tasks[n]) })
	return list, err
}
