package badgerstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	badger "github.com/dgraph-io/badger/v4"

	"github.com/florc-lang/florc/runtime"
)

// Tasks that are left to people and workers are found by their tasker, by who
// has them, and by when their leases end. Those that taskers of a process do at
// once, which are most, have no such keys: a task is listed exactly where it is
// there and not on the worklist.

// listed tells whether a task of these flags is left to people and workers.
func listed(flags byte) bool { return !waits(flags) }

const (
	freeByte = 'a'
	heldByte = 'b'
)

func freeOrHeld(free bool) byte {
	if free {
		return freeByte
	}
	return heldByte
}

// list begins the key of a task in the list of its tasker.
func (b *builder) list(exid string, t *runtime.TaskRecord, free bool) *builder {
	b.key(listPrefix, t.Tasker)
	b.buf.WriteByte(freeOrHeld(free))
	return b.number(ordered(t.SinceMicros)).id(exid).id(t.ID)
}

// listFrom gives where a list begins, after a place.
func listFrom(tasker string, free bool, after runtime.Place) (prefix, from []byte) {
	prefix = append(key(listPrefix, tasker), freeOrHeld(free))
	if after == (runtime.Place{}) {
		return prefix, prefix
	}
	from = number(bytes.Clone(prefix), ordered(after.SinceMicros))
	for _, id := range []string{after.Exid, after.ID} {
		from = append(append(from, id...), 0)
	}
	return prefix, append(from, 0)
}

// taskOf reads execution and task from the rest of a key.
func taskOf(k, rest []byte) (exid, id string, err error) {
	ids := bytes.Split(rest, []byte{0})
	if len(ids) != 3 || len(ids[2]) > 0 {
		return "", "", fmt.Errorf("%w: the key %q names no task", ErrDamaged, k)
	}
	return string(ids[0]), string(ids[1]), nil
}

// listedTask reads the key of a task in a list.
func listedTask(k []byte) (tasker string, free bool, exid, id string, err error) {
	tasker, rest, err := cutID(k, listPrefix)
	if err == nil && len(rest) < 9 {
		err = fmt.Errorf("%w: the key %q is too short", ErrDamaged, k)
	}
	if err == nil {
		exid, id, err = taskOf(k, rest[9:])
		free = rest[0] == freeByte
	}
	return tasker, free, exid, id, err
}

// index lists a task, or ends that: with what its item says.
func (b *builder) index(t *runtime.TaskRecord, i *runtime.Item, on bool) {
	put := func(b *builder) {
		if on {
			b.value().end()
		} else {
			b.remove()
		}
	}
	put(b.list(t.Exid, t, i.Free()))
	if i == nil {
		return
	}
	if i.Person != "" {
		put(b.key(heldPrefix, i.Person, t.Exid, t.ID))
	}
	if i.Lease != 0 {
		put(b.key(leasePrefix).number(ordered(i.UntilMicros)).id(t.Exid).id(t.ID))
	}
}

func (b *builder) item(i *runtime.Item) { b.key(itemPrefix, i.Exid, i.ID).value().encoded(i).end() }

func readItem(k, v []byte) (*runtime.Item, error) {
	exid, rest, err := cutID(k, itemPrefix)
	if err != nil {
		return nil, err
	}
	i := &runtime.Item{}
	err = decode(k, v, i)
	i.Exid, i.ID = exid, strings.TrimSuffix(string(rest), "\x00")
	return i, err
}

// getItem reads an item; nil where there is none.
func getItem(txn *badger.Txn, exid, id string) (*runtime.Item, error) {
	k := key(itemPrefix, exid, id)
	v, err := get(txn, k)
	if errors.Is(err, runtime.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return readItem(k, v)
}

func getTask(txn *badger.Txn, k runtime.TaskKey) (*runtime.TaskRecord, error) {
	at := key(taskPrefix, k.Exid, k.ID)
	v, err := get(txn, at)
	if err != nil {
		return nil, err
	}
	return readTask(at, v)
}

// planItems checks the items of a batch, and lists their tasks as they say.
func (w *writer) planItems(b *runtime.Batch) error {
	m := &w.made
	for _, t := range b.Taskers {
		m.key(taskerPrefix, t.Name, fmt.Sprint(t.Match), t.Domain, t.Unit).value().encoded(&t).end()
	}
	for _, t := range b.Untaskers {
		m.key(taskerPrefix, t.Name, fmt.Sprint(t.Match), t.Domain, t.Unit).remove()
	}
	if b.Import {
		w.importItems(b)
		return nil
	}
	for n := range b.Items {
		i := &b.Items[n]
		t, err := getTask(w.txn, i.Key())
		if err == nil && t.Withdrawn {
			err = runtime.ErrNotFound
		}
		if err != nil {
			return fmt.Errorf("task %s of %s: %w", i.ID, i.Exid, err)
		}
		old, err := getItem(w.txn, i.Exid, i.ID)
		if err != nil {
			return err
		}
		version := uint64(0)
		if old != nil {
			version = old.Version
		}
		if i.Version != version+1 {
			return fmt.Errorf("task %s of %s is at version %d, not %d: %w", i.ID, i.Exid, version, i.Version-1, runtime.ErrConflict)
		}
		m.item(i)
		if !listed(flags(t)) {
			continue
		}
		m.index(t, old, false)
		if b.Returned == nil || *b.Returned != i.Key() {
			m.index(t, i, true)
		}
	}
	return nil
}

// importItems lists the tasks of an execution that comes from elsewhere.
func (w *writer) importItems(b *runtime.Batch) {
	items := make(map[string]*runtime.Item)
	for n := range b.Items {
		items[b.Items[n].ID] = &b.Items[n]
		w.made.item(&b.Items[n])
	}
	for n := range b.Tasks {
		if t := b.Tasks[n]; listed(flags(&t)) {
			t.Exid = b.Record.Exid
			w.made.index(&t, items[t.ID], true)
		}
	}
}

// untask removes a task, and tells whether it was there.
func (w *writer) untask(k runtime.TaskKey) (there bool, err error) {
	if !w.on(taskItemOf(k)) { // it may be listed
		t, err := getTask(w.txn, k)
		if errors.Is(err, runtime.ErrNotFound) {
			return false, nil
		}
		if err == nil {
			err = w.unlist(t)
		}
		if err != nil {
			return false, err
		}
	}
	w.made.key(taskPrefix, k.Exid, k.ID).remove()
	w.pending = append(w.pending, change{taskItemOf(k), false})
	return true, nil
}

// unlist ends that a task is listed.
func (w *writer) unlist(t *runtime.TaskRecord) error {
	if !listed(flags(t)) {
		return nil
	}
	i, err := getItem(w.txn, t.Exid, t.ID)
	if err == nil {
		w.made.index(t, i, false)
	}
	return err
}

// flagTasks marks tasks, where they are there.
func (w *writer) flagTasks(b *runtime.Batch) error {
	accepted := b.Accepted
	if b.Begun != nil {
		accepted = append(slices.Clone(accepted), *b.Begun)
	}
	marks := [...]struct {
		keys    []runtime.TaskKey
		on, off byte
		where   byte
	}{
		{keys: accepted, on: acceptedFlag},
		{keys: b.Left, on: acceptedFlag | leftFlag},
		{keys: b.Taken, off: acceptedFlag | leftFlag, where: leftFlag},
		{keys: b.Withdrawn, on: withdrawnFlag},
	}
	var changed map[runtime.TaskKey][]byte // values as they become; nil for those that are gone
	for _, mark := range marks {
		for _, k := range mark.keys {
			if changed == nil {
				changed = w.taskValues(b)
			}
			v, known := changed[k]
			if !known {
				found, err := get(w.txn, key(taskPrefix, k.Exid, k.ID))
				if err != nil && !errors.Is(err, runtime.ErrNotFound) {
					return err
				}
				v = found
			}
			if len(v) == 0 || v[0]&mark.where != mark.where {
				continue
			}
			before := v[0]
			v[0] = v[0]&^mark.off | mark.on
			changed[k] = v
			w.made.key(taskPrefix, k.Exid, k.ID).value().bytes(v).end()
			w.pending = append(w.pending, change{taskItemOf(k), waits(v[0])})
			if listed(before) == listed(v[0]) {
				continue
			}
			t, err := readTask(key(taskPrefix, k.Exid, k.ID), v)
			if err != nil {
				return err
			}
			i, err := w.itemOf(b, k)
			if err != nil {
				return err
			}
			w.made.index(t, i, listed(v[0]))
		}
	}
	return nil
}

// itemOf gives an item as it is after a batch, or nil.
func (w *writer) itemOf(b *runtime.Batch, k runtime.TaskKey) (*runtime.Item, error) {
	for n := range b.Items {
		if b.Items[n].Key() == k {
			return &b.Items[n], nil
		}
	}
	return getItem(w.txn, k.Exid, k.ID)
}

// taskValues gives the values of the tasks that a batch itself puts or removes.
func (w *writer) taskValues(b *runtime.Batch) map[runtime.TaskKey][]byte {
	values := map[runtime.TaskKey][]byte{}
	if b.Returned != nil {
		values[*b.Returned] = nil
	}
	for i := range b.Tasks {
		t := b.Tasks[i]
		var one builder
		one.task(b.Record.Exid, &t)
		values[runtime.TaskKey{Exid: b.Record.Exid, ID: t.ID}] = one.writes(0, nil)[0].value[sealBytes:]
	}
	return values
}

// listTasks lists the tasks of a store that was written before there were
// lists. What it does may be cut short, and done again.
func (s *Store) listTasks() error {
	txn := s.db.NewTransactionAt(s.last, false)
	defer txn.Discard()
	if _, err := get(txn, []byte(listsKey)); !errors.Is(err, runtime.ErrNotFound) {
		return err
	}
	var m builder
	last := s.last
	write := func() (err error) {
		last, err = s.writeMany(last, m.writes(0, nil))
		m.reset()
		return err
	}
	err := scan(txn, []byte(taskPrefix), []byte(taskPrefix), func(k, v []byte) (bool, error) {
		t, err := readTask(k, v)
		if err == nil && t.Domain == "" { // neither did they say their domain
			var rec *runtime.Record
			if rec, err = record(txn, t.Exid); err == nil && rec.Origin != nil {
				t.Domain = rec.Origin.Domain
				m.task(t.Exid, t)
			}
			if errors.Is(err, runtime.ErrNotFound) {
				err = nil
			}
		}
		if err == nil && listed(v[0]) {
			var i *runtime.Item
			if i, err = getItem(txn, t.Exid, t.ID); err == nil {
				m.index(t, i, true)
			}
		}
		if err == nil && m.buf.Len() > listBytes {
			err = write()
		}
		return true, err
	})
	if err != nil {
		return err
	}
	m.key(listsKey).value().end()
	if err := write(); err != nil {
		return err
	}
	s.publish(last, s.work.timersFrom, last, nil)
	return nil
}

// listBytes is how much is listed at a time, in bytes of what is written.
const listBytes = 1 << 20

// Item returns how a task stands, or runtime.ErrNotFound.
func (s *Store) Item(ctx context.Context, exid, id string) (i *runtime.Item, err error) {
	err = s.view(ctx, nil, func(txn *badger.Txn) error {
		if i, err = getItem(txn, exid, id); err == nil && i == nil {
			err = runtime.ErrNotFound
		}
		return err
	})
	return i, err
}

// Items gives the items of an execution.
func (s *Store) Items(ctx context.Context, exid string) iter.Seq2[*runtime.Item, error] {
	prefix := key(itemPrefix, exid)
	return each(s, ctx, prefix, prefix, readItem)
}

// Listed gives the tasks of a tasker that are left to people and workers.
func (s *Store) Listed(ctx context.Context, tasker string, free bool, after runtime.Place) iter.Seq2[*runtime.TaskRecord, error] {
	prefix, from := listFrom(tasker, free, after)
	return s.tasksAt(ctx, prefix, from, func(k []byte) (string, string, error) {
		_, _, exid, id, err := listedTask(k)
		return exid, id, err
	})
}

// Held gives the tasks that a person has.
func (s *Store) Held(ctx context.Context, person string) iter.Seq2[*runtime.TaskRecord, error] {
	prefix := key(heldPrefix, person)
	return s.tasksAt(ctx, prefix, prefix, func(k []byte) (string, string, error) { return taskOf(k, k[len(prefix):]) })
}

// tasksAt gives the tasks that keys of an index name.
func (s *Store) tasksAt(ctx context.Context, prefix, from []byte, read func(k []byte) (exid, id string, err error)) iter.Seq2[*runtime.TaskRecord, error] {
	return eachIn(s, ctx, prefix, from, func(txn *badger.Txn, k, _ []byte) (*runtime.TaskRecord, error) {
		exid, id, err := read(k)
		if err != nil {
			return nil, err
		}
		t, err := getTask(txn, runtime.TaskKey{Exid: exid, ID: id})
		if err != nil {
			err = fmt.Errorf("%w: %q lists a task: %w", ErrDamaged, k, err)
		}
		return t, err
	})
}

// ListedTaskers gives the names of the taskers that Listed has tasks of.
func (s *Store) ListedTaskers(ctx context.Context) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		var names []string
		err := s.view(ctx, nil, func(txn *badger.Txn) error {
			for from := []byte(listPrefix); from != nil; {
				at := from
				from = nil
				err := scan(txn, []byte(listPrefix), at, func(k, _ []byte) (bool, error) {
					tasker, _, _, _, err := listedTask(k)
					names, from = append(names, tasker), append(key(listPrefix, tasker), 0xff)
					return false, err
				})
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			yield("", err)
			return
		}
		for _, name := range names {
			if !yield(name, nil) {
				return
			}
		}
	}
}

// Leases gives the leases, the one that ends first before the others.
func (s *Store) Leases(ctx context.Context) iter.Seq2[runtime.Lease, error] {
	prefix := []byte(leasePrefix)
	return each(s, ctx, prefix, prefix, func(k, _ []byte) (runtime.Lease, error) { return readLease(k) })
}

func readLease(k []byte) (l runtime.Lease, err error) {
	if len(k) < len(leasePrefix)+8 {
		return l, fmt.Errorf("%w: the key %q is none of a lease", ErrDamaged, k)
	}
	l.UntilMicros = int64(binary.BigEndian.Uint64(k[len(leasePrefix):]) ^ 1<<63)
	l.Exid, l.ID, err = taskOf(k, k[len(leasePrefix)+8:])
	return l, err
}

// Taskers gives the taskers that are known, by name.
func (s *Store) Taskers(ctx context.Context) iter.Seq2[*runtime.TaskerRecord, error] {
	prefix := []byte(taskerPrefix)
	return each(s, ctx, prefix, prefix, func(k, v []byte) (*runtime.TaskerRecord, error) {
		t := &runtime.TaskerRecord{}
		return t, decode(k, v, t)
	})
}
