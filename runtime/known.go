package runtime

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"
)

// known are the taskers that units have registered with the store: a unit that
// lacks one keeps its tasks, for a unit that has it.
type known struct {
	mu  sync.RWMutex
	all []knownTasker
}

type knownTasker struct {
	TaskerRecord
	match *regexp.Regexp // nil for a name
}

// find returns the tasker of a name in a domain, the most specific one.
func (k *known) find(domain, name string) (TaskerRecord, bool) {
	k.mu.RLock()
	defer k.mu.RUnlock()
	if len(k.all) == 0 {
		return TaskerRecord{}, false
	}
	for d := range domainAndAbove(domain) {
		for _, pattern := range []bool{false, true} {
			for i := range k.all {
				t := &k.all[i]
				if t.Domain == d && t.Match == pattern && (pattern && t.match.MatchString(name) || !pattern && t.Name == name) {
					return t.TaskerRecord, true
				}
			}
		}
	}
	return TaskerRecord{}, false
}

func (k *known) forget(name string) {
	k.mu.Lock()
	k.all = slices.DeleteFunc(k.all, func(t knownTasker) bool { return t.Name == name })
	k.mu.Unlock()
}

// registerTaskers makes the taskers of this unit known to the store, and reads
// what others have.
func (r *Runtime) registerTaskers(ctx context.Context) error {
	stored := make(map[TaskerRecord]bool)
	for t, err := range r.store.Taskers(ctx) {
		if err != nil {
			return err
		}
		stored[*t] = true
	}
	b := &Batch{}
	for _, reg := range r.registry.all {
		t := TaskerRecord{Name: reg.Name, Domain: reg.Domain}
		if reg.Match != nil {
			t.Name, t.Match = reg.source, true
		}
		if reg.Instance {
			t.Unit = r.c.Unit
		}
		if !stored[t] {
			stored[t] = true
			b.Taskers = append(b.Taskers, t)
		}
	}
	if len(b.Taskers) > 0 {
		if err := r.store.Commit(ctx, b); err != nil && !errors.Is(err, ErrFull) {
			return err // where there is no room, this unit knows its own all the same
		}
	}
	var all []knownTasker
	for t := range stored {
		k := knownTasker{TaskerRecord: t}
		if t.Match {
			re, err := regexp.Compile(t.Name)
			if err != nil {
				return fmt.Errorf("the tasker %q that the store knows: %w", t.Name, err)
			}
			k.match = whole(re)
		}
		all = append(all, k)
	}
	// What one of that very unit said first goes first, then in one order.
	slices.SortFunc(all, func(a, b knownTasker) int { return compareTaskers(&a.TaskerRecord, &b.TaskerRecord) })
	r.known.mu.Lock()
	r.known.all = all
	r.known.mu.Unlock()
	return nil
}

func compareTaskers(a, b *TaskerRecord) int {
	for _, c := range [...][2]string{{a.Unit, b.Unit}, {a.Domain, b.Domain}, {a.Name, b.Name}} {
		if c[0] != c[1] {
			if c[0] < c[1] {
				return -1
			}
			return 1
		}
	}
	return 0
}

// knowsTasker tells the machine whether a name stands for a tasker.
func (r *Runtime) knowsTasker(domain, name string) bool {
	if r.registry.find(domain, name) != nil {
		return true
	}
	_, is := r.known.find(domain, name)
	return is
}

// place says who is to do a task that is handed out.
func (r *Runtime) place(rec *TaskRecord) *registered {
	t := r.registry.find(rec.Domain, rec.Tasker)
	if t == nil {
		if k, is := r.known.find(rec.Domain, rec.Tasker); is {
			rec.Accepted, rec.Left, rec.Unit = true, true, k.Unit
			return nil
		}
		if t = r.registry.fallback; t != nil {
			rec.Accepted, rec.Left = t.parks(), t.parks()
		}
		return t
	}
	rec.Accepted = t.parks()
	if t.Instance {
		rec.Unit = r.c.Unit
	}
	return t
}

// leaves tells whether a task of the outbox is not for this unit: it is kept
// for one that has its tasker.
func (r *Runtime) leaves(rec *TaskRecord) bool {
	if rec.Unit != "" && rec.Unit != r.c.Unit {
		return true
	}
	if r.registry.find(rec.Domain, rec.Tasker) != nil {
		return false
	}
	_, is := r.known.find(rec.Domain, rec.Tasker)
	return is || r.registry.fallback != nil && r.registry.fallback.parks()
}

// leave keeps a task for a unit that has its tasker.
func (r *Runtime) leave(ctx context.Context, rec *TaskRecord) error {
	err := r.store.Commit(ctx, &Batch{Left: []TaskKey{rec.Key()}})
	if errors.Is(err, ErrFull) {
		return nil // it is looked at again after the next start
	}
	if err == nil {
		r.claims.free(rec)
	}
	return err
}

// takeUpAtOnce is how many tasks are taken up by one commit.
const takeUpAtOnce = 500

// takeUp has the tasks handed out that were left for want of a tasker that
// this unit has, as far as nobody has taken them.
func (r *Runtime) takeUp(ctx context.Context) error {
	var mine []TaskKey
	for tasker, err := range r.store.ListedTaskers(ctx) {
		if err != nil {
			return err
		}
		if !r.registry.does(tasker) {
			continue
		}
		for rec, err := range r.store.Listed(ctx, tasker, true, Place{}) {
			if err != nil {
				return err
			}
			t := r.registry.find(rec.Domain, rec.Tasker)
			if rec.Left && t != nil && !t.parks() && (rec.Unit == "" || rec.Unit == r.c.Unit) {
				mine = append(mine, rec.Key())
			}
		}
	}
	for keys := range slices.Chunk(mine, takeUpAtOnce) {
		err := r.store.Commit(ctx, &Batch{Taken: keys})
		if errors.Is(err, ErrFull) {
			return nil // they wait until the next start
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// does tells whether tasks of that name may be done here, rather than be left to
// people and workers.
func (g *registry) does(name string) bool {
	return slices.ContainsFunc(g.all, func(t *registered) bool {
		return !t.parks() && (t.Match == nil && t.Name == name || t.Match != nil && t.Match.MatchString(name))
	})
}

// KnownTaskers lists the taskers that are registered with the store.
func (r *Runtime) KnownTaskers(ctx context.Context) ([]KnownTasker, error) {
	list := []KnownTasker{}
	for t, err := range r.store.Taskers(ctx) {
		if err != nil {
			return nil, err
		}
		list = append(list, KnownTasker(*t))
	}
	return list, nil
}

// ForgetTasker has the store know a tasker no more, see TaskClient.
func (r *Runtime) ForgetTasker(ctx context.Context, name string) (int, error) {
	b := &Batch{}
	for t, err := range r.store.Taskers(ctx) {
		if err != nil {
			return 0, err
		}
		if t.Name == name {
			b.Untaskers = append(b.Untaskers, *t)
		}
	}
	if len(b.Untaskers) == 0 {
		return 0, nil
	}
	if err := r.store.Commit(ctx, b); err != nil {
		return 0, err
	}
	r.known.forget(name)
	return len(b.Untaskers), nil
}
