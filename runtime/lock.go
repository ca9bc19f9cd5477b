package runtime

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/florc-lang/florc/vm"
)

// A mutex of a domain is a row that the store keeps: of those who are, or want
// to be, inside. A node joins the row with the commit of the turn in which it
// comes to the mutex, and leaves it with that in which it ends. With the very
// commit that makes a node the first of its row the store puts a letter into
// the inbox of its execution. So nobody has to ask, and no crash lets in two, or
// nobody.

// Lock is the place of a node in the row of a mutex.
type Lock struct {
	Domain, Name string `cbor:"-"` // of the mutex
	Exid         string `cbor:"1,keyasint,omitempty"`
	Nid          string `cbor:"2,keyasint,omitempty"`
	ID           int64  `cbor:"3,keyasint,omitempty"` // unique within the execution
	Letter       []byte `cbor:"4,keyasint,omitempty"` // for its execution, once it is the first
	// Inside has one that is imported be the first, without a letter. Where
	// somebody else is, Commit gives ErrConflict.
	Inside bool `cbor:"-"`
}

// Is tells whether two places are the same.
func (l *Lock) Is(m *Lock) bool { return l.Exid == m.Exid && l.Nid == m.Nid && l.ID == m.ID }

func lockOf(x *vm.Execution, f *vm.Frame) *Lock {
	if f == nil || f.OuterLock() == nil {
		return nil
	}
	m := vm.LetInMessage(f.Nid, f.Lock.ID)
	return &Lock{Domain: x.Domain, Name: f.Lock.Name, Exid: x.ID, Nid: f.Nid.String(), ID: f.Lock.ID,
		Letter: vm.AppendMessage(nil, &m)}
}

// lock has a node join or leave the row of a mutex, as its frame says.
func (s *step) lock(nid vm.NID, n *node, f *vm.Frame) {
	switch before := n.lock; {
	case f == nil && before == nil, f != nil && before == nil && f.OuterLock() == nil:
		return
	case before != nil && f != nil && f.OuterLock() != nil && f.Lock.ID == before.ID:
		return
	case before != nil:
		s.batch.Unlocks = append(s.batch.Unlocks, *before)
	}
	if n.lock = lockOf(s.live.x, f); n.lock != nil {
		s.batch.Locks = append(s.batch.Locks, *n.lock)
	}
}

// locks lists the places of an execution in rows, those that are inside first,
// for an import.
func (l *live) locks() (list []Lock) {
	for nid, n := range l.nodes {
		if n.lock != nil {
			one := *n.lock
			one.Inside = l.x.Frame(nid).Lock.Inside
			list = append(list, one)
		}
	}
	slices.SortFunc(list, func(a, b Lock) int {
		if a.Inside != b.Inside {
			if a.Inside {
				return -1
			}
			return 1
		}
		return cmp.Compare(a.ID, b.ID)
	})
	return list
}

// withoutLetIn leaves out the letters that let nodes in: an execution that is
// imported joins the rows of the store that it comes to.
func (l *live) withoutLetIn(sends []Send, programs vm.Programs) []Send {
	if l.x == nil {
		return sends
	}
	return slices.DeleteFunc(sends, func(s Send) bool {
		m, err := l.x.DecodeMessage(s.Data, programs)
		return err == nil && m.Point == vm.Locked
	})
}

// addHolders says who is inside of what an execution waits for.
func (r *Runtime) addHolders(ctx context.Context, v *View, l *live) error {
	for i := range v.Waiting {
		w := &v.Waiting[i]
		if w.Mutex == "" {
			continue
		}
		nid, err := vm.ParseNID(w.Nid)
		if err != nil {
			return err
		}
		n := l.nodes[nid]
		if n == nil || n.lock == nil {
			w.Holder = v.Exid // it is one of the execution
			continue
		}
		for first, err := range r.store.Row(ctx, n.lock.Domain, n.lock.Name) {
			if err != nil {
				return err
			}
			w.Holder = first.Exid
			break
		}
	}
	return nil
}

// verifyLocks checks that each node is in the row that it thinks it is in, and
// the first there if it is inside.
func (r *Runtime) verifyLocks(ctx context.Context, l *live) (problems []string) {
	for nid, n := range l.nodes {
		if n.lock == nil {
			continue
		}
		place, at := -1, 0
		for one, err := range r.store.Row(ctx, n.lock.Domain, n.lock.Name) {
			if err != nil {
				return append(problems, err.Error())
			}
			if one.Is(n.lock) {
				place = at
			}
			at++
		}
		if inside := l.x.Frame(nid).Lock.Inside; place < 0 || inside && place > 0 {
			problems = append(problems, fmt.Sprintf("node %s is at place %d of those who want to be inside of mutex %q; inside: %t", nid, place+1, n.lock.Name, inside))
		}
	}
	slices.Sort(problems)
	return problems
}
