package runtime

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// A trap that sees other executions is known to the store, from the commit on
// in which it was set up to that in which it ends. Whoever works an execution
// shows its messages to the traps that are known when the turn begins, and what
// they are to see goes out as letters with the turn's own commit. So none is
// lost, none comes twice, and the journal of the trap's execution has them.

// Watch is a trap that sees messages of other executions.
type Watch struct {
	Exid     string `cbor:"-"`
	Nid      string `cbor:"-"`                    // of the trap
	ID       int64  `cbor:"1,keyasint,omitempty"` // unique within the execution
	Domain   string `cbor:"2,keyasint,omitempty"` // of the executions that it sees
	Below    bool   `cbor:"3,keyasint,omitempty"` // and of those in the domains below
	Criteria []byte `cbor:"4,keyasint,omitempty"` // the machine's
}

// Key returns what identifies the watch.
func (w *Watch) Key() WatchKey { return WatchKey{w.Exid, w.Nid} }

// Check tells whether the watch can be read.
func (w *Watch) Check() error {
	_, err := vm.NewWatcher(w.Exid, w.Nid, w.ID, w.Criteria)
	return err
}

// WatchKey identifies a watch: the execution and the node of the trap.
type WatchKey struct{ Exid, Nid string }

// Watches are the watches of a store, in memory. The zero value has none. Its
// methods may be called by any number of goroutines at once; to see that there
// are none takes the load of an atomic number.
type Watches struct {
	count    atomic.Int64
	mu       sync.Mutex
	byExid   map[string]map[string]Watch   // by the node
	byDomain map[string]map[WatchKey]Watch // by the domain that they are for
	sees     map[string][]*vm.Watcher      // by the domain of who is seen, as far as known
}

// Put adds a watch, or replaces the one of its key.
func (w *Watches) Put(one Watch) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.remove(one.Key())
	if w.byExid == nil {
		w.byExid, w.byDomain = make(map[string]map[string]Watch), make(map[string]map[WatchKey]Watch)
	}
	if w.byExid[one.Exid] == nil {
		w.byExid[one.Exid] = make(map[string]Watch)
	}
	if w.byDomain[one.Domain] == nil {
		w.byDomain[one.Domain] = make(map[WatchKey]Watch)
	}
	w.byExid[one.Exid][one.Nid], w.byDomain[one.Domain][one.Key()] = one, one
	w.count.Add(1)
}

// Remove removes a watch, if it is there.
func (w *Watches) Remove(k WatchKey) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.remove(k)
}

func (w *Watches) remove(k WatchKey) {
	w.sees = nil
	one, is := w.byExid[k.Exid][k.Nid]
	if !is {
		return
	}
	if delete(w.byExid[k.Exid], k.Nid); len(w.byExid[k.Exid]) == 0 {
		delete(w.byExid, k.Exid)
	}
	if delete(w.byDomain[one.Domain], k); len(w.byDomain[one.Domain]) == 0 {
		delete(w.byDomain, one.Domain)
	}
	w.count.Add(-1)
}

// Apply does what a batch says of watches.
func (w *Watches) Apply(b *Batch) {
	for _, k := range b.Unwatches {
		w.Remove(k)
	}
	for _, one := range b.Watches {
		w.Put(one)
	}
	for _, v := range b.Forgotten {
		for _, one := range w.Of(v.Exid) {
			w.Remove(one.Key())
		}
	}
}

// Of lists the watches of an execution, by node.
func (w *Watches) Of(exid string) (list []Watch) {
	if w.count.Load() == 0 {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.SortedFunc(maps.Values(w.byExid[exid]), compareWatches)
}

func compareWatches(a, b Watch) int {
	return cmp.Or(strings.Compare(a.Exid, b.Exid), strings.Compare(a.Nid, b.Nid))
}

// seeing lists the traps of others that see an execution.
func (w *Watches) seeing(exid, domain string) []*vm.Watcher {
	if w.count.Load() == 0 {
		return nil
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	list, known := w.sees[domain]
	if !known {
		list = w.read(domain)
		if w.sees == nil {
			w.sees = make(map[string][]*vm.Watcher)
		}
		w.sees[domain] = list
	}
	own := func(one *vm.Watcher) bool { return one.Exid == exid }
	if slices.ContainsFunc(list, own) {
		list = slices.DeleteFunc(slices.Clone(list), own)
	}
	return list
}

// read lists the traps that see a domain. What cannot be read sees nothing;
// the store's Check tells of it.
func (w *Watches) read(domain string) (list []*vm.Watcher) {
	var found []Watch
	for above := range domainAndAbove(domain) {
		for _, one := range w.byDomain[above] {
			if one.Below || above == domain {
				found = append(found, one)
			}
		}
	}
	slices.SortFunc(found, compareWatches)
	for _, one := range found {
		if watcher, err := vm.NewWatcher(one.Exid, one.Nid, one.ID, one.Criteria); err == nil {
			list = append(list, watcher)
		}
	}
	return list
}

// watchedSteps is how many messages a run works at most while traps of others
// see it: each may become a letter of the commit.
const watchedSteps = 10_000

// useWatchers has the machine show its messages to traps of others.
func (s *step) useWatchers(list []*vm.Watcher) {
	x := s.live.x
	if x.Watchers, x.Budget = list, 0; len(list) == 0 {
		return
	}
	x.Budget = min(x.Limits.RunSteps, watchedSteps)
	s.entry.Budget = x.Budget
	if slices.ContainsFunc(list, (*vm.Watcher).Broad) {
		x.Watched, s.entry.Watched = true, true
	}
}

// shownBytes is how much of payloads a step shows to traps of others.
const shownBytes = turnBytes

// sightings sends what traps of others are to see.
func (s *step) sightings() {
	for _, sight := range s.live.x.TakeSightings() {
		if s.sightBytes += sight.Event.Weight(); s.sightBytes > shownBytes {
			s.sightBytes -= sight.Event.Weight()
			sight.Event = value.FromObject(sight.Event.AsObject().Set("payload", value.Null))
		}
		m := sight.Message()
		s.batch.Sends = append(s.batch.Sends, Send{sight.To.Exid, vm.AppendMessage(nil, &m)})
	}
}

// watch registers the trap of a node, or ends that.
func (s *step) watch(nid vm.NID, n *node, f *vm.Frame) {
	id := int64(0)
	if f != nil {
		id = f.WatchID()
	}
	switch {
	case id == n.watch:
		return
	case id == 0:
		s.batch.Unwatches = append(s.batch.Unwatches, WatchKey{s.exid, nid.String()})
	default:
		s.batch.Watches = append(s.batch.Watches, watchOf(s.live.x, f))
	}
	n.watch = id
}

func watchOf(x *vm.Execution, f *vm.Frame) Watch {
	w := f.Watch()
	return Watch{Exid: x.ID, Nid: f.Nid.String(), ID: w.ID, Domain: x.Domain, Below: w.Below, Criteria: w.Criteria}
}

// watches lists the traps of an execution that see others.
func (l *live) watches() (list []Watch) {
	for nid, n := range l.nodes {
		if n.watch != 0 {
			list = append(list, watchOf(l.x, l.x.Frame(nid)))
		}
	}
	slices.SortFunc(list, compareWatches)
	return list
}

// verifyWatches checks that the store knows the traps of an execution that see
// others, and no more.
func (r *Runtime) verifyWatches(l *live) (problem string) {
	key := func(w Watch) string { return fmt.Sprintf("%s %d", w.Nid, w.ID) }
	var has, known []string
	for _, w := range l.watches() {
		has = append(has, key(w))
	}
	for _, w := range r.watches.Of(l.rec.Exid) {
		known = append(known, key(w))
	}
	if !slices.Equal(has, known) {
		return fmt.Sprintf("the traps of it that see other executions are %q, and the store knows %q", has, known)
	}
	return ""
}
