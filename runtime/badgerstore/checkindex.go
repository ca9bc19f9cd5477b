package badgerstore

import (
	"bytes"
	"errors"
	"fmt"
	"slices"

	"github.com/florc-lang/florc/runtime"
)

// said returns an execution's record, and what the index says of it.
func (c *checker) said(exid string) (*runtime.Record, indexed, error) {
	rec, err := record(c.txn, exid)
	if err != nil {
		return nil, indexed{}, fmt.Errorf("%w: the index has execution %s: %w", ErrDamaged, exid, err)
	}
	said := indexed{Status: rec.Status}
	k := key(indexedPrefix, exid)
	v, err := get(c.txn, k)
	if err == nil {
		err = decode(k, v, &said)
	}
	if errors.Is(err, runtime.ErrNotFound) && rec.Status == runtime.Terminated {
		err = nil
	}
	return rec, said, err
}

// index checks that an execution is found by all that the index says of it.
func (c *checker) index(exid string) error {
	_, fresh := c.work[item{kind: freshItem, exid: exid}]
	_, stale := c.work[item{kind: staleItem, exid: exid}]
	if c.unindexed || fresh || stale {
		return nil
	}
	rec, said, err := c.said(exid)
	if err != nil {
		return fmt.Errorf("%w: what the index says of %s: %w", ErrDamaged, exid, err)
	}
	var b builder
	b.groupKey(rec, said.Status).remove()
	for _, f := range said.Facets {
		b.facetKey(rec, f).remove()
	}
	for _, w := range b.writes(0, nil) {
		if _, err := get(c.txn, w.key); err != nil {
			return fmt.Errorf("%w: the index lacks %q: %w", ErrDamaged, w.key, err)
		}
	}
	return nil
}

// group checks that an execution is in no other group than the index says.
func (c *checker) group(k, v []byte) error {
	if c.unindexed {
		return nil
	}
	if _, err := readEnded(k, v); err != nil {
		return err
	}
	_, rest, err := cutID(k, groupPrefix)
	if err == nil {
		_, rest, err = cutID(rest, "")
	}
	if err != nil {
		return err
	}
	rec, said, err := c.said(exidOf(rest))
	if err != nil {
		return err
	}
	for _, status := range []runtime.Status{said.Status, rec.Status} {
		var b builder
		if b.groupKey(rec, status); bytes.Equal(b.buf.Bytes(), k) {
			return nil
		}
	}
	return fmt.Errorf("%w: %s is in the index under %q", ErrDamaged, rec.Exid, k)
}

// facet checks that an execution has the facets that it is found by.
func (c *checker) facet(k []byte) error {
	if c.unindexed {
		return nil
	}
	facet, rest, err := cutID(k, facetPrefix)
	if err != nil {
		return err
	}
	rec, said, err := c.said(exidOf(rest))
	if err != nil {
		return err
	}
	var b builder
	if b.facetKey(rec, facet); !slices.Contains(said.Facets, facet) || !bytes.Equal(b.buf.Bytes(), k) {
		return fmt.Errorf("%w: %s is in the index under %q", ErrDamaged, rec.Exid, k)
	}
	return nil
}

// exidOf returns the execution of a position.
func exidOf(at []byte) string {
	if len(at) < 9 {
		return ""
	}
	return string(at[8 : len(at)-1])
}
