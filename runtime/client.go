package runtime

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Definition is what is launched.
type Definition struct {
	Name string     // as people know it, "" for none
	File string     // that it was read from, "" for none
	Tree *tree.Node // must not be changed anymore
}

// LaunchOptions say how an execution starts. The zero value is a good one.
type LaunchOptions struct {
	Domain  string      // default: the runtime's
	Zone    string      // default: the runtime's
	Payload value.Value // an object; null for an empty one
	Vars    value.Value // the root's variables, an object; null for none
}

// ErrEnded tells that an execution has terminated already.
var ErrEnded = errors.New("the execution has ended")

// launchAttempts bounds the search for an id that no execution has yet.
const launchAttempts = 10

// Launch stores a new execution and returns its id; an active runtime then
// works it.
func (r *Runtime) Launch(ctx context.Context, def Definition, o LaunchOptions) (exid string, err error) {
	if def.Tree == nil {
		return "", errors.New("there is no tree to launch")
	}
	if o.Domain == "" {
		o.Domain = r.c.Domain
	}
	if o.Zone == "" {
		o.Zone = r.c.Zone
	}
	if err := checkDomain(o.Domain); err != nil {
		return "", err
	}
	for what, v := range map[string]value.Value{"payload": o.Payload, "vars": o.Vars} {
		if !v.IsNull() && !v.IsObject() {
			return "", fmt.Errorf("the %s to launch with is a %s, it has to be an object", what, v.TypeName())
		}
	}
	prog, stored := r.programs.compile(def.Tree)
	for range launchAttempts {
		if exid, err = r.launch(ctx, def, o, prog, stored); !errors.Is(err, ErrConflict) {
			break
		}
	}
	return exid, err
}

func (r *Runtime) launch(ctx context.Context, def Definition, o LaunchOptions, prog *vm.Program, stored Tree) (string, error) {
	now := r.c.Clock.Now()
	exid := r.c.NewID(o.Domain, r.c.Unit, now)
	l := vm.Launch{ID: exid, Domain: o.Domain, Payload: o.Payload, Vars: o.Vars, NowMicros: now.UnixMicro(),
		Seed: r.c.Seed(), Zone: o.Zone, Limits: r.c.Limits, HasTasker: r.hasTasker}
	x := vm.New(prog, l)
	entry := chain(nil, 1, &journalEntry{AtMicros: l.NowMicros, Launch: &journalLaunch{Tree: stored.ID,
		Payload: value.AppendCBOR(nil, o.Payload), Vars: value.AppendCBOR(nil, o.Vars), Seed: l.Seed, Zone: l.Zone, Limits: x.Limits}})
	rec := &Record{Exid: exid, Seq: 1, Domain: o.Domain, Name: def.Name, File: def.File, Status: Active,
		LaunchedMicros: l.NowMicros, Tree: stored.ID, Ready: true, Header: x.AppendHeader(nil), LogHash: entry.Hash}
	if err := r.store.Commit(ctx, &Batch{Record: rec, Trees: []Tree{stored}, Entry: entry}); err != nil {
		return "", err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.active() {
		s := r.slotOf(exid)
		s.live = &live{rec: rec, x: x, nodes: make(map[vm.NID]*node), failures: make(map[vm.NID]bool)}
		r.wakeSlot(s)
	}
	return exid, nil
}

// checkDomain checks that a domain is dotted names, as in "org.acme.sales".
func checkDomain(domain string) error {
	for part := range strings.SplitSeq(domain, ".") {
		if part == "" || strings.Trim(part, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") != "" {
			return fmt.Errorf("%q cannot be a domain: write names joined by dots, such as \"acme.sales\"", domain)
		}
	}
	return nil
}

// Return returns a task, given by its id or its node's: with a payload, an
// object or null for the task's own, or with the failure of its node. It gives
// ErrNotFound where the task is not out: it was returned already, or withdrawn,
// or never was. Then nothing is changed.
func (r *Runtime) Return(ctx context.Context, exid, task string, payload value.Value, failure error) error {
	rec, err := r.store.TaskRecord(ctx, exid, task)
	if errors.Is(err, ErrNotFound) {
		rec, err = r.taskOfNode(ctx, exid, task)
	}
	if err == nil && payload.IsNull() && failure == nil {
		var t *Task
		if t, err = newTask(rec); err == nil {
			payload = t.Payload
		}
	}
	if err == nil {
		err = r.returnTask(ctx, rec, payload, failure)
	}
	if err != nil {
		return fmt.Errorf("returning task %s of %s: %w", task, exid, err)
	}
	return nil
}

func (r *Runtime) taskOfNode(ctx context.Context, exid, nid string) (*TaskRecord, error) {
	for rec, err := range r.store.Tasks(ctx, exid) {
		if err != nil {
			return nil, err
		}
		if rec.Nid == nid {
			return rec, nil
		}
	}
	return nil, ErrNotFound
}

// Tasks lists the tasks that are out, of an execution or, for exid "", of all.
func (r *Runtime) Tasks(ctx context.Context, exid string) ([]*Task, error) {
	var ts []*Task
	for rec, err := range r.store.Tasks(ctx, exid) {
		if err != nil {
			return nil, err
		}
		if rec.Withdrawn {
			continue
		}
		t, err := newTask(rec)
		if err != nil {
			return nil, err
		}
		ts = append(ts, t)
	}
	return ts, nil
}

// Cancel asks a node to end early: it may still do what its on_cancel says.
// An empty nid stands for the root.
func (r *Runtime) Cancel(ctx context.Context, exid, nid string) error {
	return r.cancel(ctx, exid, nid, vm.Plain)
}

// Kill ends a node, and all below it, without asking. An empty nid stands for
// the root.
func (r *Runtime) Kill(ctx context.Context, exid, nid string) error {
	return r.cancel(ctx, exid, nid, vm.Kill)
}

func (r *Runtime) cancel(ctx context.Context, exid, nid string, flavour vm.Flavour) error {
	if nid == "" {
		nid = rootNid
	}
	id, err := vm.ParseNID(nid)
	if err != nil {
		return err
	}
	return r.send(ctx, exid, &vm.Message{Point: vm.Cancel, Nid: id, Flavour: flavour})
}

const rootNid = "0"

// send puts a message into an execution's inbox.
func (r *Runtime) send(ctx context.Context, exid string, m *vm.Message) error {
	rec, err := r.store.Record(ctx, exid)
	switch {
	case err != nil:
		return fmt.Errorf("execution %s: %w", exid, err)
	case rec.Status == Terminated:
		return fmt.Errorf("execution %s: %w", exid, ErrEnded)
	}
	if err := r.store.Commit(ctx, &Batch{Sends: []Send{{exid, vm.AppendMessage(nil, m)}}}); err != nil {
		return fmt.Errorf("execution %s: %w", exid, err)
	}
	r.wake(exid)
	return nil
}

// Result is how an execution stands once it does not go on by itself.
type Result struct {
	Exid    string
	Point   string      // "terminated" or "failed"
	Payload value.Value // at the end, or that of the node that failed
	Vars    value.Value // the root's, at the end
	Trace   []Trace
	Error   *vm.Error // of the first node that failed, with Point "failed"
}

// Wait waits until the execution has terminated, or a failure that nothing
// handles has stopped a part of it. It needs an active runtime, unless the
// execution is there already; ErrStopped tells that it was stopped.
func (r *Runtime) Wait(ctx context.Context, exid string) (*Result, error) {
	for {
		done := make(chan struct{})
		r.mu.Lock()
		active, failed := r.active(), r.failed
		r.waiters[exid] = append(r.waiters[exid], done)
		r.mu.Unlock()
		rec, err := r.store.Record(ctx, exid)
		switch {
		case err != nil:
			err = fmt.Errorf("execution %s: %w", exid, err)
		case rec.Status != Active:
			r.stopWaiting(exid, done)
			return r.result(ctx, rec)
		case failed != nil:
			err = failed
		case !active:
			err = ErrStopped
		default:
			select {
			case <-done:
				continue
			case <-ctx.Done():
				err = ctx.Err()
			}
		}
		r.stopWaiting(exid, done)
		return nil, err
	}
}

func (r *Runtime) stopWaiting(exid string, done chan struct{}) {
	r.mu.Lock()
	defer r.mu.Unlock()
	ws := r.waiters[exid]
	for i := range ws {
		if ws[i] == done {
			ws[i] = ws[len(ws)-1]
			ws = ws[:len(ws)-1]
			break
		}
	}
	if r.waiters[exid] = ws; len(ws) == 0 {
		delete(r.waiters, exid)
	}
}

func (r *Runtime) result(ctx context.Context, rec *Record) (*Result, error) {
	v, err := r.Execution(ctx, rec.Exid)
	if err != nil {
		return nil, err
	}
	res := &Result{Exid: rec.Exid, Point: string(v.Status), Payload: v.Payload, Vars: v.Vars, Trace: v.Trace}
	if v.Status == Failed && len(v.Errors) > 0 {
		res.Error = v.Errors[0].Error
		res.Payload = v.Errors[0].Payload
	}
	return res, nil
}
