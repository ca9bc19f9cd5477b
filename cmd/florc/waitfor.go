package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/florc-lang/florc/runtime"
)

// awaited is what florc wait --for waits for.
type awaited struct {
	texts      []string
	since      uint64
	conditions []runtime.Condition
}

func (w *awaited) parse() error {
	for _, text := range w.texts {
		c, err := runtime.ParseCondition(text)
		if err != nil {
			return badUsage("as in --for task:alice, or --for end", "--for %s", err)
		}
		w.conditions = append(w.conditions, c)
	}
	if len(w.texts) == 0 && w.since > 0 {
		return badUsage("", "--since is for what --for waits for")
	}
	return nil
}

// waitFor waits for conditions, and prints how they were met.
func (o *waitOptions) waitFor(ctx context.Context, s *streams, part string, w *awaited) error {
	timed, cancel, err := withTimeout(ctx, o.timeout)
	if err != nil {
		return err
	}
	defer cancel()
	p, err := o.around(".")
	if err != nil {
		return err
	}
	c, err := o.config(s, p)
	if err != nil {
		return err
	}
	var met []runtime.Met
	err = o.useWith(timed, s, toFinish, c, func(ctx context.Context, u *unit) error {
		exid, err := u.find(context.WithoutCancel(ctx), part)
		if err != nil {
			return err
		}
		if w.since == 0 { // so that nothing is missed where another process goes on with it
			v, err := u.Execution(context.WithoutCancel(ctx), exid, 0)
			if err != nil {
				return err
			}
			w.since = v.Seq + 1
		}
		waiting := ctx
		if u.owner == 0 { // it is left to whoever wants to own the store
			var cancel context.CancelFunc
			waiting, cancel = context.WithCancel(ctx)
			defer cancel()
			defer context.AfterFunc(u.wanted, cancel)()
		}
		met, err = u.WaitFor(waiting, exid, runtime.WaitOptions{Since: w.since}, w.conditions...)
		if err != nil && u.owner == 0 && u.wanted.Err() != nil && ctx.Err() == nil {
			return runtime.ErrStopped
		}
		return err
	})
	switch {
	case err == nil && o.json:
		return printJSON(s.stdout, met)
	case err == nil:
		for _, m := range met {
			fmt.Fprintf(s.stdout, "%s  commit %d  %s  %s\n", localTime(m.At), m.Seq, m.Condition, m.Nid)
		}
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("it has not come within %s", o.timeout)
	}
	return err
}
