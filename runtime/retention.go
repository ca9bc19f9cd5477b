package runtime

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
)

// Retention says for how long executions are kept that have terminated, and
// what becomes of them then. The zero value keeps all.
type Retention struct {
	// Keep is how long they are kept, by domain, with those below it unless
	// these have their own; "" is for all. Those of domains that it does not
	// have are kept.
	Keep map[string]time.Duration
	// Archive gets each of them, as Dump writes it, a line of JSON, before it is
	// removed. Where it fails nothing is removed. It is called by one goroutine
	// at a time, and may get one again, as after a crash. Default: they are
	// removed as they are.
	Archive func(ctx context.Context, exid string, line []byte) error
	// Every is how often it is looked for such executions. Default: every hour.
	Every time.Duration
}

// retentionEvery is the default of Retention.Every.
const retentionEvery = time.Hour

// keeps returns how long executions of a domain are kept.
func (k *Retention) keeps(domain string) (d time.Duration, limited bool) {
	for above := range domainAndAbove(domain) {
		if d, limited = k.Keep[above]; limited {
			return d, true
		}
	}
	return 0, false
}

// Forget removes an execution that has terminated, see Client.
func (r *Runtime) Forget(ctx context.Context, exid string, seq uint64) error {
	rec, err := r.store.Record(ctx, exid)
	if err == nil && rec.Status != Terminated {
		err = fmt.Errorf("%w: it has not ended", ErrConflict)
	}
	if err == nil {
		err = r.checkTakenBack(ctx, exid)
	}
	if err == nil {
		err = r.store.Commit(ctx, &Batch{Forgotten: []Version{{exid, seq}}})
	}
	if err != nil {
		return fmt.Errorf("execution %s: %w", exid, err)
	}
	return nil
}

// checkTakenBack gives ErrConflict as long as tasks of an execution that has
// terminated are still to be taken back: who does them would not hear of it.
func (r *Runtime) checkTakenBack(ctx context.Context, exid string) error {
	for t, err := range r.store.Tasks(ctx, exid) {
		if err == nil {
			err = fmt.Errorf("%w: its task %s is not taken back yet", ErrConflict, t.ID)
		}
		return err
	}
	return nil
}

// expire archives and removes the executions that are not to be kept.
func (r *Runtime) expire(ctx context.Context) error {
	now := r.c.Clock.Now()
	for q := (Query{Status: Terminated, Limit: pageOf}); ; {
		found, err := r.page(ctx, q)
		if err != nil {
			return err
		}
		for _, rec := range found {
			d, limited := r.c.Retention.keeps(rec.Origin.Domain)
			if !limited || !micros(rec.EndedMicros).Before(now.Add(-d)) {
				continue
			}
			if err := r.expireOne(ctx, rec.Exid); err != nil {
				return fmt.Errorf("execution %s: %w", rec.Exid, err)
			}
		}
		if len(found) < q.Limit {
			return nil
		}
		q.After = found[len(found)-1].Position()
	}
}

func (r *Runtime) expireOne(ctx context.Context, exid string) error {
	if err := r.checkTakenBack(ctx, exid); errors.Is(err, ErrConflict) {
		return nil // it is removed the next time
	} else if err != nil {
		return err
	}
	for {
		d, err := r.dump(ctx, exid)
		if errors.Is(err, ErrNotFound) {
			return nil // somebody else has removed it
		}
		var line []byte
		if err == nil {
			line, err = json.Marshal(d)
		}
		if archive := r.c.Retention.Archive; err == nil && archive != nil {
			err = archive(ctx, exid, append(line, '\n'))
		}
		var rec Record
		if err == nil {
			err = Unmarshal(d.Record, &rec)
		}
		if err == nil {
			err = r.Forget(ctx, exid, rec.Seq)
		}
		if !errors.Is(err, ErrConflict) {
			return err
		}
		// A letter came that nobody waited for: it is written again.
	}
}

// retain removes what is not to be kept, now and then, until the context ends.
func (r *Runtime) retain(ctx context.Context) {
	for {
		err := r.expire(ctx)
		if err != nil && ctx.Err() == nil {
			r.c.Logger.Error("executions that ended cannot be archived", "error", err)
		}
		c, stop := r.c.Clock.After(r.c.Retention.Every)
		select {
		case <-ctx.Done():
		case <-c:
		}
		stop()
		if ctx.Err() != nil {
			return
		}
	}
}
