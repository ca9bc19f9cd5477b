package badgerstore

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	badger "github.com/dgraph-io/badger/v4"

	"github.com/florc-lang/florc/runtime"
)

// A row is keys of the index in the order of executions: those of a facet, or
// those of groups, merged. All that is asked for is what several rows have in
// common, so each is moved on to where the others are, and what lies between
// is not read.

// row is a sorted row of positions. A position is what ends a key of the index.
type row interface {
	// seek returns the first position that is not before another one, nil
	// where there is none. The one given never lies before an earlier one.
	seek(from []byte) ([]byte, error)
	close()
}

// keyRow is the keys with a prefix.
type keyRow struct {
	cursor *cursor
	prefix []byte
	at     []byte // nil before the first seek
	over   bool
}

func (r *keyRow) seek(from []byte) ([]byte, error) {
	if r.over || r.at != nil && bytes.Compare(r.at, from) >= 0 {
		return r.at, nil
	}
	err := r.cursor.seek(append(r.prefix[:len(r.prefix):len(r.prefix)], from...))
	r.at = nil
	if r.over = !r.cursor.valid() || !bytes.HasPrefix(r.cursor.it.Item().Key(), r.prefix); !r.over {
		r.at = bytes.Clone(r.cursor.it.Item().Key()[len(r.prefix):])
	}
	return r.at, err
}

func (r *keyRow) close() { r.cursor.close() }

// mergedRow is several rows of one cursor.
type mergedRow []*keyRow

func (m mergedRow) seek(from []byte) (first []byte, err error) {
	for _, r := range m {
		at, err := r.seek(from)
		if err != nil {
			return nil, err
		}
		if at != nil && (first == nil || bytes.Compare(at, first) < 0) {
			first = at
		}
	}
	return first, nil
}

func (m mergedRow) close() {
	if len(m) > 0 {
		m[0].close()
	}
}

// seek goes on to the first key that is not before another one.
func (c *cursor) seek(k []byte) error {
	return guarded(func() error { c.it.Seek(k); return nil })
}

// manyGroups is how many groups are too many to be merged where facets narrow
// the search: then each execution that has them is looked at.
const manyGroups = 64

// Find looks in the index, see runtime.Store.
func (s *Store) Find(ctx context.Context, q runtime.Query) (found []*runtime.Record, stale []string, err error) {
	var unindexed bool
	err = s.view(ctx, func() { stale, unindexed = s.work.stale(math.MaxInt), s.unindexed }, func(txn *badger.Txn) error {
		if unindexed {
			return runtime.ErrUnindexed
		}
		var rows []row
		defer func() {
			for _, r := range rows {
				r.close()
			}
		}()
		for _, f := range q.Facets {
			c, err := newCursor(txn, []byte(facetPrefix), []byte(facetPrefix))
			rows = append(rows, &keyRow{cursor: c, prefix: key(facetPrefix, f)})
			if err != nil {
				return err
			}
		}
		if len(q.Facets) == 0 || q.Domain != "" || q.Status != "" {
			groups, err := groupsOf(ctx, txn, &q)
			if err != nil {
				groups.close()
				return err
			}
			if len(q.Facets) == 0 || len(groups) <= manyGroups {
				rows = append(rows, groups)
			} else {
				groups.close()
			}
		}
		hidden := make(map[string]bool, len(stale))
		for _, exid := range stale {
			hidden[exid] = true
		}
		return common(rows, positionAfter(q.After), func(at []byte) (bool, error) {
			if err := ctx.Err(); err != nil {
				return false, err
			}
			exid := exidOf(at)
			if hidden[exid] {
				return true, nil
			}
			rec, err := record(txn, exid)
			if errors.Is(err, runtime.ErrNotFound) {
				return false, fmt.Errorf("%w: the index finds execution %s, which is not there", ErrDamaged, exid)
			}
			if err == nil && (q.Status == "" || rec.Status == q.Status) && runtime.InDomain(domainOf(rec), q.Domain) {
				found = append(found, rec)
			}
			return len(found) < q.Limit, err
		})
	})
	if err != nil {
		return nil, nil, err
	}
	return found, stale, nil
}

// common visits the positions that all rows have, from one on.
func common(rows []row, from []byte, visit func(at []byte) (more bool, err error)) error {
	for {
		for agreed := 0; agreed < len(rows); {
			for _, r := range rows {
				at, err := r.seek(from)
				if err != nil || at == nil {
					return err
				}
				if !bytes.Equal(at, from) {
					from, agreed = at, 0
				}
				agreed++
			}
		}
		if len(from) < 9 {
			return fmt.Errorf("%w: the index has a key without an execution", ErrDamaged)
		}
		if more, err := visit(from); err != nil || !more {
			return err
		}
		from = append(slices.Clone(from), 0)
	}
}

// positionAfter is right behind a position.
func positionAfter(p runtime.Position) []byte {
	if p == (runtime.Position{}) {
		return nil
	}
	return append(append(binary.BigEndian.AppendUint64(nil, newest(p.LaunchedMicros)), p.Exid...), 0, 0)
}

// groupsOf lists the groups that a query is about: it goes from one to the next
// without reading what is in them.
func groupsOf(ctx context.Context, txn *badger.Txn, q *runtime.Query) (groups mergedRow, err error) {
	c, err := newCursor(txn, []byte(groupPrefix), append([]byte(groupPrefix), q.Domain...))
	for err == nil && c.valid() {
		k := c.it.Item().Key()
		domain, rest, err := cutID(k, groupPrefix)
		if err != nil {
			return mergedRow{{cursor: c}}, err
		}
		if err := ctx.Err(); err != nil {
			return mergedRow{{cursor: c}}, err
		}
		status, _, _ := strings.Cut(string(rest), "\x00")
		if !strings.HasPrefix(domain, q.Domain) {
			break
		}
		prefix := key(groupPrefix, domain, status)
		if runtime.InDomain(domain, q.Domain) && (q.Status == "" || string(q.Status) == status) {
			groups = append(groups, &keyRow{cursor: c, prefix: prefix})
		}
		last := len(prefix) - 1
		if err := c.seek(append(bytes.Clone(prefix[:last]), 1)); err != nil { // past the zero byte that ends it
			return mergedRow{{cursor: c}}, err
		}
	}
	if len(groups) == 0 {
		groups = mergedRow{{cursor: c, over: true}}
	}
	return groups, err
}
