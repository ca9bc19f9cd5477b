package runtime

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/florc-lang/florc/lang/value"
)

// pageOf is how many executions are read at a time where all are asked for, and
// manyStale how many stale ones are brought up to date before they are looked
// through.
const (
	pageOf    = 1000
	manyStale = 1000
)

// Executions lists executions, see Client. What they wait for is read for
// those that are listed.
func (r *Runtime) Executions(ctx context.Context, o ListOptions) ([]Summary, error) {
	recs, err := r.records(ctx, o)
	if err != nil {
		return nil, err
	}
	list := make([]Summary, len(recs))
	for i, rec := range recs {
		list[i] = summary(rec)
		if o.Brief || rec.Status == Terminated {
			continue
		}
		v, err := r.Execution(ctx, rec.Exid, 0)
		switch {
		case err == nil:
			list[i] = v.Summary
		case !isBroken(err) && !errors.Is(err, ErrNotFound):
			return nil, err
		} // one that cannot be read does not hide the others; Verify tells of it
	}
	return list, nil
}

func (r *Runtime) records(ctx context.Context, o ListOptions) (all []*Record, err error) {
	q := Query{Status: o.Status, Domain: o.Domain}
	if q.Facets, err = o.facets(); err != nil {
		return nil, err
	}
	if o.After != "" {
		rec, err := r.store.Record(ctx, o.After)
		if err != nil {
			return nil, fmt.Errorf("execution %s: %w", o.After, err)
		}
		q.After = rec.Position()
	}
	if o.Exid != "" {
		return r.recordsNamed(ctx, q, o)
	}
	for {
		q.Limit = pageOf
		if o.Limit > 0 {
			q.Limit = min(q.Limit, o.Limit-len(all))
		}
		page, err := r.page(ctx, q)
		if err != nil {
			return nil, err
		}
		if all = append(all, page...); len(page) < q.Limit || len(all) == o.Limit {
			return all, nil
		}
		q.After = page[len(page)-1].Position()
	}
}

// page returns the first executions of a query: those that the index knows,
// and those among the ones that it has to be told of yet.
func (r *Runtime) page(ctx context.Context, q Query) ([]*Record, error) {
	found, stale, err := r.find(ctx, q)
	for before := math.MaxInt; err == nil && manyStale < len(stale) && len(stale) < before; {
		before = len(stale)
		if _, err = r.index.pass(ctx, true); err == nil || errors.Is(err, ErrFull) {
			found, stale, err = r.find(ctx, q)
		}
	}
	if err != nil {
		return nil, err
	}
	for _, exid := range stale {
		ix, err := r.indexedOf(ctx, exid)
		if errors.Is(err, ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if q.Fits(ix.Record, ix.Facets) {
			found = append(found, ix.Record)
		}
	}
	slices.SortFunc(found, func(a, b *Record) int { return a.Position().Compare(b.Position()) })
	return found[:min(q.Limit, len(found))], nil
}

// recordsNamed goes through all executions for those whose id begins or ends
// with what is asked for.
func (r *Runtime) recordsNamed(ctx context.Context, q Query, o ListOptions) (all []*Record, err error) {
	byAge := func(a, b *Record) int { return a.Position().Compare(b.Position()) }
	for rec, err := range r.store.Records(ctx) {
		if err != nil {
			return nil, err
		}
		if !strings.HasPrefix(rec.Exid, o.Exid) && !strings.HasSuffix(rec.Exid, o.Exid) {
			continue
		}
		var facets []string
		if len(q.Facets) > 0 {
			ix, err := r.indexedOf(ctx, rec.Exid)
			if err != nil {
				return nil, err
			}
			facets = ix.Facets
		}
		if !q.Fits(rec, facets) {
			continue
		}
		if all = append(all, rec); o.Limit > 0 && len(all) >= 2*o.Limit+pageOf {
			slices.SortFunc(all, byAge)
			all = all[:o.Limit]
		}
	}
	slices.SortFunc(all, byAge)
	if o.Limit > 0 {
		all = all[:min(o.Limit, len(all))]
	}
	return all, nil
}

// facets are those that the options ask for.
func (o *ListOptions) facets() (facets []string, err error) {
	if o.Tag != "" {
		facets = append(facets, tagFacet(o.Tag))
	}
	if o.Tasker != "" {
		facets = append(facets, taskerFacet(o.Tasker))
	}
	for _, spec := range o.Vars {
		name, v, err := parseVar(spec)
		if err != nil {
			return nil, err
		}
		facets = append(facets, varFacet(name, v))
	}
	return facets, nil
}

// parseVar reads NAME=VALUE, where the value is JSON, or else a text.
func parseVar(spec string) (name string, v value.Value, err error) {
	name, text, ok := strings.Cut(spec, "=")
	if !ok || name == "" {
		return "", value.Null, fmt.Errorf("%q is no variable with its value: write it like region=eu", spec)
	}
	if v, err = value.ParseJSON([]byte(text)); err != nil {
		v = value.String(text)
	}
	if !findable(v) {
		return "", value.Null, fmt.Errorf("%q: executions are found by variables that hold a text, a number, true, false or null, not by %ss", spec, v.TypeName())
	}
	return name, v, nil
}
