package runtime

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// launchAttempts bounds the search for an id that no execution has yet.
const launchAttempts = 10

// Launch stores a new execution, see Client. An active runtime works it up to
// where it waits first, and stores both at once.
func (r *Runtime) Launch(ctx context.Context, def Definition, o LaunchOptions) (exid string, err error) {
	if def.Tree == nil {
		return "", errors.New("there is no tree to launch")
	}
	if err := r.Err(); err != nil {
		return "", err
	}
	if o.Domain == "" {
		o.Domain = r.c.Domain
	}
	if o.Zone == "" {
		o.Zone = r.c.Zone
	}
	if o.Domain != r.c.Domain {
		if err := checkDomain(o.Domain); err != nil {
			return "", err
		}
	}
	for _, v := range [...]struct {
		what  string
		value value.Value
	}{{"payload", o.Payload}, {"vars", o.Vars}} {
		if !v.value.IsNull() && !v.value.IsObject() {
			return "", fmt.Errorf("the %s to launch with is a %s, it has to be an object", v.what, v.value.TypeName())
		}
	}
	if r.c.Vars != nil {
		vars, err := r.c.Vars(o.Domain)
		if err != nil {
			return "", fmt.Errorf("the variables of the domain %s: %w", o.Domain, err)
		}
		switch {
		case o.Vars.IsNull():
			o.Vars = vars
		case vars.IsObject():
			o.Vars = value.FromObject(vars.AsObject().Merge(o.Vars.AsObject()))
		}
	}
	prog, stored := r.programs.compile(def.Tree)
	for range launchAttempts {
		if exid, err = r.launch(ctx, def, o, prog, stored); !errors.Is(err, ErrConflict) || o.child != nil || o.Exid != "" {
			break
		}
	}
	return exid, err
}

func (r *Runtime) launch(ctx context.Context, def Definition, o LaunchOptions, prog *vm.Program, tree Tree) (string, error) {
	now := r.c.Clock.Now()
	exid := o.Exid
	var parent *Parent
	switch {
	case o.child != nil:
		exid, parent = o.child.exid, o.child.parent
	case exid == "":
		exid = r.c.NewID(o.Domain, r.c.Unit, now)
	}
	l := vm.Launch{ID: exid, Domain: o.Domain, Payload: o.Payload, Vars: o.Vars, NowMicros: now.UnixMicro(),
		Seed: r.c.Seed(), Zone: o.Zone, Limits: r.c.Limits, Unseen: o.child != nil && o.child.unseen}
	x := vm.New(prog, l)
	rec := &Record{Exid: exid, Origin: &Origin{Domain: o.Domain, Name: def.Name, File: def.File,
		LaunchedMicros: l.NowMicros, Tree: tree.ID, Machine: x.AppendOrigin(nil), Parent: parent}}
	s := r.newStep(newLive(rec, x), l.NowMicros)
	s.entry.Launch = newJournalLaunch(tree.ID, &l, x.Limits)
	slot := r.newSlot(exid, s.live)
	err := s.safely(func() {
		if slot != nil {
			s.again()
		}
		s.finish()
	})
	if err == nil {
		err = r.checkSize(s)
	}
	if err == nil {
		err = r.dropLost(ctx, s)
	}
	if err == nil {
		s.batch.Trees = []Tree{tree}
		if o.child != nil {
			o.child.join(&s.batch)
		}
		if err = r.store.Commit(ctx, &s.batch); o.child != nil && errors.Is(err, ErrNotFound) {
			err = errCalledOff
		}
	}
	if err != nil {
		r.dropSlot(slot, err)
		if !errors.Is(err, ErrConflict) && !errors.Is(err, ErrFull) && !errors.Is(err, errCalledOff) && !isBroken(err) && ctx.Err() == nil {
			r.fail(err)
		}
		return "", err
	}
	s.committed()
	r.release(s)
	s.recycle()
	if slot == nil {
		r.wakeInbox(exid)
	} else {
		r.settle(slot, slot.live.x != nil && slot.live.x.Pending(), false, taken{})
	}
	return exid, nil
}

// newSlot makes the slot of an execution that is launched, as one at a worker;
// nil where the runtime is passive, or has one of that id.
func (r *Runtime) newSlot(exid string, l *live) *slot {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.active() || r.unit.draining || r.slots[exid] != nil {
		return nil
	}
	s := r.slotOf(exid)
	s.state, s.live, s.moving = slotWorked, l, true
	return s
}

// dropSlot undoes newSlot. What came for an execution that has that id already
// is for it.
func (r *Runtime) dropSlot(s *slot, err error) {
	if s == nil {
		return
	}
	r.mu.Lock()
	s.live, s.moving = nil, false
	if !errors.Is(err, ErrConflict) {
		r.schedule.taken(s.fired)
		s.fired = nil
		r.answerAll(s, err)
		s.again = false
	}
	r.mu.Unlock()
	r.settle(s, errors.Is(err, ErrConflict), errors.Is(err, ErrConflict), taken{})
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
