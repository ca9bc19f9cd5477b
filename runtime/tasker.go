package runtime

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/florc-lang/florc/vm"
)

// Registration is a tasker, with the tasks that it is for and how it does
// them. Of those that are for a task, that of the most specific domain does
// it; within a domain one of that very name, else the first whose expression
// matches. A variable of the flow, and so a function of its own, comes before
// all of them, and so does a procedure.
type Registration struct {
	// Name is the name under which flows know the tasker. One of Name and
	// Match has to be set.
	Name string
	// Match stands for all names that it matches from beginning to end.
	Match *regexp.Regexp
	// Domain has it do the tasks of executions in that domain and below only.
	// Default: those of all.
	Domain string
	// Tasker does the tasks.
	Tasker Tasker

	// Instance tells that only this very unit (Config.Unit) can do the tasks,
	// as where the tasker holds a device: other units that work the store keep
	// them for it. Default: any unit that has such a tasker may do them.
	Instance bool
	// Timeout is how long a task may take before its node is cancelled, unless
	// the flow has a timeout: of its own for it. Default: for ever.
	Timeout time.Duration
	// OnError takes care of the failures of the tasker itself, panics included:
	// its reply stands for the tasker's, its error fails the node. It is called
	// as the tasker is. Default: a failure fails the node.
	OnError func(ctx context.Context, t *Task, failure error) (*Reply, error)
	// AtOnce bounds how many tasks the tasker has at the same time: calls under
	// way or, where the tasks wait for people and pulled workers, tasks that
	// somebody has taken. Default: no bound of its own.
	AtOnce int
	// Inline has the tasker called while its execution is worked, instead of
	// after a commit: the answer is part of that commit and of the journal, and
	// a replay does not call it again. It is for what takes microseconds, since
	// the execution, and whoever launches it, waits. It is not withdrawn.
	Inline bool
}

// registered is a Registration at work.
type registered struct {
	Registration
	source string // of Match
	limit  limit
}

// limit counts the calls under way of a tasker that has a bound. It belongs to
// the dispatcher, whose lock is held.
type limit struct {
	busy    int
	waiting []*job
}

// registry finds taskers.
type registry struct {
	domains  map[string]*taskersOf
	all      []*registered
	fallback *registered // nil for none
	children *registered // launches child executions
}

// taskersOf are those of one domain.
type taskersOf struct {
	names    map[string]*registered
	patterns []*registered
}

// newRegistry checks what a configuration registers.
func newRegistry(c *Config) (*registry, error) {
	g := &registry{domains: make(map[string]*taskersOf)}
	for name, t := range c.Taskers {
		if err := g.add(Registration{Name: name, Tasker: t}); err != nil {
			return nil, err
		}
	}
	for _, r := range c.Registrations {
		if err := g.add(r); err != nil {
			return nil, err
		}
	}
	if c.Fallback != nil {
		g.fallback = &registered{Registration: Registration{Tasker: c.Fallback}}
	}
	return g, nil
}

func (g *registry) add(r Registration) error {
	what := fmt.Sprintf("the tasker %q", r.Name)
	if r.Match != nil {
		what = fmt.Sprintf("the taskers that match %s", r.Match)
	}
	switch {
	case (r.Name == "") == (r.Match == nil):
		return errors.New("a tasker is registered with a Name or with a Match, and not with both")
	case r.Tasker == nil:
		return fmt.Errorf("%s: its Tasker is missing", what)
	case r.Timeout < 0 || r.AtOnce < 0:
		return fmt.Errorf("%s: its Timeout and its AtOnce cannot be negative", what)
	case r.Inline && r.Tasker == Worklist:
		return fmt.Errorf("%s: a worklist cannot answer inline", what)
	}
	if r.Domain != "" {
		if err := checkDomain(r.Domain); err != nil {
			return fmt.Errorf("%s: %w", what, err)
		}
	}
	d := g.domains[r.Domain]
	if d == nil {
		d = &taskersOf{names: make(map[string]*registered)}
		g.domains[r.Domain] = d
	}
	in := &registered{Registration: r}
	if r.Match == nil {
		if d.names[r.Name] != nil {
			return fmt.Errorf("%s is registered twice for the same domain", what)
		}
		d.names[r.Name] = in
	} else {
		in.source, in.Match = r.Match.String(), whole(r.Match)
		d.patterns = append(d.patterns, in)
	}
	g.all = append(g.all, in)
	return nil
}

// whole returns an expression that matches what the given one matches from
// beginning to end.
func whole(re *regexp.Regexp) *regexp.Regexp { return regexp.MustCompile(`^(?:` + re.String() + `)$`) }

// find returns the registration that a task is for, or nil.
func (g *registry) find(domain, name string) *registered {
	if name == vm.ChildTasker {
		return g.children
	}
	for d := range domainAndAbove(domain) {
		of := g.domains[d]
		if of == nil {
			continue
		}
		if r := of.names[name]; r != nil {
			return r
		}
		if i := slices.IndexFunc(of.patterns, func(r *registered) bool { return r.Match.MatchString(name) }); i >= 0 {
			return of.patterns[i]
		}
	}
	return nil
}

// domainAndAbove gives a domain, its parents, and "" for all.
func domainAndAbove(domain string) func(yield func(string) bool) {
	return func(yield func(string) bool) {
		for domain != "" && yield(domain) {
			i := strings.LastIndexByte(domain, '.')
			if i < 0 {
				yield("")
				return
			}
			domain = domain[:i]
		}
		if domain == "" {
			yield("")
		}
	}
}

// tasker returns the registration that a task is for, the fallback where there
// is none, or nil.
func (r *Runtime) tasker(domain, name string) *registered {
	if t := r.registry.find(domain, name); t != nil {
		return t
	}
	return r.registry.fallback
}

// parks tells whether a tasker takes whatever it gets as it comes, so that
// nothing has to be handed to it.
func (t *registered) parks() bool { return t.Tasker == Worklist }

// call has the tasker do a task.
func (t *registered) call(ctx context.Context, task *Task) (*Reply, error) {
	reply, err := callTasker(ctx, t.Tasker, task)
	if err == nil || t.OnError == nil || ctx.Err() != nil {
		return reply, err
	}
	if _, again := asAgain(err); again {
		return nil, err
	}
	return callTasker(ctx, TaskerFunc(func(ctx context.Context, task *Task) (*Reply, error) { return t.OnError(ctx, task, err) }), task)
}

// againError asks for another attempt.
type againError struct {
	error
	after time.Duration
}

func (e *againError) Unwrap() error { return e.error }

// TryAgain is the error of a tasker that wants the task once more, after a
// while: meanwhile it takes no part of the runtime's TaskWorkers. Task.Attempt
// tells which attempt it is; to give up is up to the tasker. The task is not
// failed, and its node waits on. After a restart the attempts begin anew.
func TryAgain(why error, after time.Duration) error { return &againError{why, max(after, 0)} }

func asAgain(err error) (*againError, bool) {
	var again *againError
	ok := errors.As(err, &again)
	return again, ok
}

// inlinePerStep bounds how many tasks are done inline before a commit: those
// beyond are handed out as others are, so that an endless loop gives way.
const inlinePerStep = 100

// answerInline has the inline tasks of a step done.
func (s *step) answerInline() {
	for len(s.inline) > 0 {
		id := s.inline[0]
		s.inline = s.inline[1:]
		i, out := s.handed[id]
		if !out || s.tasks[i] == nil || s.batch.Tasks[i].Withdrawn || s.entry.Cut || s.inlined >= inlinePerStep || s.messageBytes >= turnBytes {
			continue // it is over, or is handed out after the commit
		}
		s.inlined++
		rec, task := &s.batch.Tasks[i], s.tasks[i]
		reply, err := s.r.registry.find(rec.Domain, rec.Tasker).call(context.Background(), task)
		if _, again := asAgain(err); again {
			continue
		}
		if err == nil && reply != nil && reply.Later {
			rec.Accepted = true
			continue
		}
		payload := task.Payload
		if err == nil && reply != nil && !reply.Payload.IsNull() {
			payload = reply.Payload
		}
		if m, err := returnMessage(rec, payload, err); err == nil {
			_ = s.deliver(m) // the node was there
		}
	}
}

// hold puts a job among those of its tasker that wait, where the tasker has as
// many as it may have. The lock is held.
func (d *dispatcher) hold(j *job) bool {
	t := j.tasker
	if t == nil || t.AtOnce == 0 || t.parks() {
		return false
	}
	if t.limit.busy >= t.AtOnce {
		t.limit.waiting = append(t.limit.waiting, j)
		return true
	}
	t.limit.busy++
	j.counted = true
	return false
}

// letNext lets the next job of a tasker go that waits for one to be done. The
// lock is held.
func (d *dispatcher) letNext(j *job) {
	if !j.counted {
		return
	}
	j.counted = false
	t := j.tasker
	t.limit.busy--
	for len(t.limit.waiting) > 0 && t.limit.busy < t.AtOnce {
		next := t.limit.waiting[0]
		t.limit.waiting = t.limit.waiting[1:]
		if next.ctx.Err() == nil && d.active {
			d.enqueue(next)
		}
	}
}

// again has a job done once more after a while.
func (d *dispatcher) again(j *job, after time.Duration) {
	d.mu.Lock()
	halt := d.halt
	d.mu.Unlock()
	c, end := d.r.c.Clock.After(after)
	d.workers.Go(func() {
		defer end()
		select {
		case <-c:
		case <-j.ctx.Done(): // it is withdrawn
		case <-halt: // it is done after the next start
		}
		d.mu.Lock()
		defer d.mu.Unlock()
		switch {
		case d.jobs[j.rec.Key()] != j:
		case d.active:
			d.enqueue(j)
		default:
			delete(d.jobs, j.rec.Key())
		}
	})
}
