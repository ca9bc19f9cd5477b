package badgerstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"

	badger "github.com/dgraph-io/badger/v4"

	"github.com/florc-lang/florc/runtime"
)

// The index has a key for each execution, by domain, status and launch, and one
// for each of its facets. Written with each commit these would be as many keys
// again as the commit itself has, for states that are over a moment later. So a
// commit only puts its execution on the worklist, as one that the index has to
// be told of, and whoever keeps the index up to date tells it later, of many at
// once. Only the end of an execution is indexed with the commit that brings it:
// that stays.

// indexed is what is stored of what the index says of an execution, so that it
// can be taken back.
type indexed struct {
	Seq    uint64         `cbor:"1,keyasint,omitempty"`
	Status runtime.Status `cbor:"2,keyasint,omitempty"`
	Facets []string       `cbor:"3,keyasint,omitempty"`
}

// newest maps the time of a launch so that the newest comes first.
func newest(launchedMicros int64) uint64 { return ^ordered(launchedMicros) }

// group writes an execution's key by domain, status and launch. Its value is
// when it ended, 0 for not yet.
func (b *builder) group(rec *runtime.Record) {
	b.groupKey(rec, rec.Status).value().uvarint(uint64(max(rec.EndedMicros, 0))).end()
}

func (b *builder) groupKey(rec *runtime.Record, status runtime.Status) *builder {
	return b.key(groupPrefix, domainOf(rec), string(status)).position(rec)
}

func (b *builder) facetKey(rec *runtime.Record, facet string) *builder {
	return b.key(facetPrefix, facet).position(rec)
}

func (b *builder) position(rec *runtime.Record) *builder {
	return b.number(newest(rec.Position().LaunchedMicros)).id(rec.Exid)
}

func domainOf(rec *runtime.Record) string {
	if rec.Origin == nil {
		return ""
	}
	return rec.Origin.Domain
}

// planIndex lists what an execution's own batch means for the index.
func (w *writer) planIndex(b *runtime.Batch) error {
	rec := b.Record
	fresh, stale := item{kind: freshItem, exid: rec.Exid}, item{kind: staleItem, exid: rec.Exid}
	known := !b.Import && rec.Seq > 1 && !w.on(fresh) // the index may have something of it
	if rec.Status != runtime.Terminated {
		if known {
			fresh = stale
		}
		w.pending = append(w.pending, change{fresh, true})
		return nil
	}
	w.pending = append(w.pending, change{fresh, false}, change{stale, false})
	if rec.Origin == nil {
		c := *rec
		stored, err := record(w.txn, rec.Exid)
		if err == nil {
			c.Origin = stored.Origin
		} else if !errors.Is(err, runtime.ErrNotFound) {
			return err
		}
		rec = &c
		w.made.group(rec) // else it is made without the state
	}
	if !known {
		return nil
	}
	old, err := w.unindex(rec, nil)
	if err == nil && old != nil {
		w.made.key(indexedPrefix, rec.Exid).remove()
	}
	return err
}

// index writes what the index is to say of an execution.
func (w *writer) index(ix *runtime.Indexed) error {
	seq, err := w.seq(ix.Exid)
	if err != nil || seq != ix.Seq || seq == 0 {
		return err
	}
	rec := ix.Record
	if rec == nil {
		if rec, err = record(w.txn, ix.Exid); err != nil {
			return err
		}
	}
	old, err := w.unindex(rec, ix.Facets)
	if err != nil {
		return err
	}
	m := &w.made
	m.group(rec)
	if rec.Status == runtime.Terminated {
		if old != nil {
			m.key(indexedPrefix, ix.Exid).remove()
		}
	} else {
		for _, f := range ix.Facets {
			if old == nil || !slices.Contains(old.Facets, f) {
				m.facetKey(rec, f).value().end()
			}
		}
		m.key(indexedPrefix, ix.Exid).value().encoded(&indexed{ix.Seq, rec.Status, ix.Facets}).end()
	}
	w.upToDate(ix.Exid)
	return nil
}

func (w *writer) upToDate(exid string) {
	w.pending = append(w.pending, change{item{kind: freshItem, exid: exid}, false}, change{item{kind: staleItem, exid: exid}, false})
}

// unindex removes what the index says of an execution and what is no longer so:
// all facets but some, and the key of another status. It returns what the index
// said, nil for nothing.
func (w *writer) unindex(rec *runtime.Record, but []string) (*indexed, error) {
	k := key(indexedPrefix, rec.Exid)
	v, err := get(w.txn, k)
	if errors.Is(err, runtime.ErrNotFound) {
		return nil, nil
	}
	old := &indexed{}
	if err == nil {
		err = decode(k, v, old)
	}
	if err != nil {
		return nil, err
	}
	if old.Status != rec.Status {
		w.made.groupKey(rec, old.Status).remove()
	}
	for _, f := range old.Facets {
		if rec.Status == runtime.Terminated || !slices.Contains(but, f) {
			w.made.facetKey(rec, f).remove()
		}
	}
	return old, nil
}

// forget removes all that is stored of an execution.
func (w *writer) forget(v runtime.Version) error {
	seq, err := w.seq(v.Exid)
	if err != nil {
		return err
	}
	if seq != v.Seq || seq == 0 {
		return fmt.Errorf("execution %s is at commit %d, not %d: %w", v.Exid, seq, v.Seq, runtime.ErrConflict)
	}
	rec, err := record(w.txn, v.Exid)
	if err != nil {
		return err
	}
	if _, err := w.unindex(rec, nil); err != nil {
		return err
	}
	w.made.groupKey(rec, rec.Status).remove()
	for _, prefix := range []string{recordPrefix, originPrefix, framePrefix, partPrefix, letterPrefix, taskPrefix,
		itemPrefix, tracePrefix, entryPrefix, checkpointPrefix, outcomePrefix, indexedPrefix, watchPrefix} {
		p := key(prefix, v.Exid)
		err := scan(w.txn, p, p, func(k, value []byte) (bool, error) {
			switch prefix {
			case framePrefix:
				return true, w.forgetTimers(v.Exid, k, value)
			case letterPrefix:
				w.pending = append(w.pending, change{letterItemOf(v.Exid, lastNumber(k)), false})
			case taskPrefix:
				t, err := readTask(k, value)
				if err == nil {
					err = w.unlist(t)
				}
				if err != nil {
					return false, err
				}
				w.pending = append(w.pending, change{item{taskItem, v.Exid, string(k[len(p) : len(k)-1])}, false})
			}
			w.made.begun = w.made.buf.Len()
			w.made.bytes(k).remove()
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	w.pending = append(w.pending, change{item{kind: readyItem, exid: v.Exid}, false})
	w.upToDate(v.Exid)
	return nil
}

// forgetTimers removes a frame, with the timers that it has.
func (w *writer) forgetTimers(exid string, k, v []byte) error {
	var f runtime.Frame
	if err := decode(k, v, &f); err != nil {
		return err
	}
	nid := string(k[len(framePrefix)+len(exid)+1 : len(k)-1])
	for _, t := range f.Timers {
		w.made.timer(runtime.Timer{DueMicros: t.DueMicros, Exid: exid, Nid: nid, ID: t.ID}).remove()
	}
	w.made.begun = w.made.buf.Len()
	w.made.bytes(k).remove()
	return nil
}

// Indexed returns what the index says of an execution, see runtime.Store.
func (s *Store) Indexed(ctx context.Context, exid string) (*runtime.Indexed, error) {
	var unknown bool
	ix := &runtime.Indexed{Version: runtime.Version{Exid: exid}}
	err := s.view(ctx, func() { unknown = s.unindexed || s.work.isStale(exid) }, func(txn *badger.Txn) error {
		if unknown {
			return runtime.ErrNotFound
		}
		rec, err := record(txn, exid)
		if err != nil {
			return err
		}
		ix.Seq = rec.Seq
		if rec.Status == runtime.Terminated {
			return nil
		}
		k := key(indexedPrefix, exid)
		v, err := get(txn, k)
		var said indexed
		if err == nil {
			err = decode(k, v, &said)
		}
		ix.Seq, ix.Facets = said.Seq, said.Facets
		return err
	})
	if err != nil {
		return nil, err
	}
	return ix, nil
}

func (l *worklist) isStale(exid string) bool {
	_, fresh := l.live[item{kind: freshItem, exid: exid}]
	_, stale := l.live[item{kind: staleItem, exid: exid}]
	return fresh || stale
}

// stale lists executions of which the index has to be told, so many at most.
func (l *worklist) stale(limit int) (exids []string) {
	for _, m := range l.queue {
		if len(exids) == limit {
			break
		}
		if (m.kind == freshItem || m.kind == staleItem) && l.live[m.item] == m.ts {
			exids = append(exids, m.exid)
		}
	}
	return exids
}

// Stale returns executions of which the index has to be told, see
// runtime.Store.
func (s *Store) Stale(ctx context.Context, limit int) (exids []string, err error) {
	err = s.view(ctx, func() { exids = s.work.stale(limit) }, func(*badger.Txn) error { return nil })
	return exids, err
}

// unindexedFile is there while there is no index.
const unindexedFile = "UNINDEXED"

// markUnindexed notes that the index of a store is to be built.
func markUnindexed(dir string) error {
	return writeDurably(filepath.Join(dir, unindexedFile), "the index of the executions is to be built\n")
}

func isUnindexed(dir string) bool {
	_, err := os.Stat(filepath.Join(dir, unindexedFile))
	return err == nil
}

// indexedAtOnce is how many executions are indexed, and how many keys of the
// index are dropped, by one commit.
const indexedAtOnce = 256

// Reindex builds the index anew, see runtime.Store.
func (s *Store) Reindex(ctx context.Context, of func(exid string) (*runtime.Indexed, error)) error {
	s.reindexing.Lock()
	defer s.reindexing.Unlock()
	err := s.view(ctx, func() { s.unindexed = true }, func(*badger.Txn) error { return markUnindexed(s.dir) })
	for _, prefix := range []string{groupPrefix, facetPrefix, indexedPrefix, finishedPrefix} {
		for more := err == nil; more && err == nil; {
			more, err = s.dropKeys(ctx, prefix)
		}
	}
	if err != nil {
		return err
	}
	var b runtime.Batch
	for rec, err := range s.Records(ctx) {
		if err != nil {
			return err
		}
		ix, err := of(rec.Exid)
		if errors.Is(err, runtime.ErrNotFound) {
			continue
		}
		if err != nil {
			return err
		}
		if b.Indexed = append(b.Indexed, *ix); len(b.Indexed) == indexedAtOnce {
			if err := s.Commit(ctx, &b); err != nil {
				return err
			}
			b.Indexed = nil
		}
	}
	if err := s.Commit(ctx, &b); err != nil {
		return err
	}
	return s.view(ctx, nil, func(*badger.Txn) error {
		if err := os.Remove(filepath.Join(s.dir, unindexedFile)); err != nil {
			return err
		}
		s.mu.Lock()
		s.unindexed = false
		s.mu.Unlock()
		return syncDir(s.dir)
	})
}

// dropKeys removes some of the keys with a prefix, and tells whether there may
// be more.
func (s *Store) dropKeys(ctx context.Context, prefix string) (more bool, err error) {
	req := &request{batch: &runtime.Batch{}, err: make(chan error, 1)}
	err = s.view(ctx, nil, func(txn *badger.Txn) error {
		return scan(txn, []byte(prefix), []byte(prefix), func(k, _ []byte) (bool, error) {
			req.ws = append(req.ws, write{key: bytes.Clone(k), remove: true})
			return len(req.ws) < indexedAtOnce, nil
		})
	})
	if err != nil || len(req.ws) == 0 {
		return false, err
	}
	if req.bytes, req.apart, err = sizeOf(req.ws); err != nil {
		return false, err
	}
	return len(req.ws) == indexedAtOnce, s.submit(ctx, req)
}

// readEnded reads when an execution ended from the value of its group's key.
func readEnded(k, v []byte) (micros int64, err error) {
	n, size := binary.Uvarint(v)
	if size <= 0 {
		return 0, fmt.Errorf("%w: the value of %q has no number", ErrDamaged, k)
	}
	return int64(n), nil
}
