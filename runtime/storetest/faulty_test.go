package storetest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/runtime/storetest"
)

func TestFaulty(t *testing.T) {
	tests := []struct {
		name   string
		fault  storetest.Fault
		errs   []error
		stored uint64
	}{
		{"before", storetest.Fault{Commit: 2}, []error{nil, storetest.ErrFault, storetest.ErrFault}, 1},
		{"after", storetest.Fault{Commit: 2, After: true}, []error{nil, storetest.ErrFault, storetest.ErrFault}, 2},
		{"once", storetest.Fault{Commit: 2, Once: true, Err: runtime.ErrFull}, []error{nil, runtime.ErrFull, runtime.ErrConflict}, 1},
		{"none", storetest.Fault{Commit: 9}, []error{nil, nil, nil}, 3},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			s := storetest.Faulty(memstore.New(), test.fault)
			for i, want := range test.errs {
				err := s.Commit(t.Context(), &runtime.Batch{Record: &runtime.Record{Exid: "a", Seq: uint64(i + 1)}})
				if !errors.Is(err, want) {
					t.Errorf("commit %d: want %v, got %v", i+1, want, err)
				}
			}
			if rec, err := s.Record(t.Context(), "a"); err != nil || rec.Seq != test.stored {
				t.Errorf("want commit %d, got %v, %v", test.stored, rec, err)
			}
			if s.Commits() != len(test.errs) {
				t.Errorf("%d commits", s.Commits())
			}
		})
	}
}

func TestFaultyDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := storetest.Faulty(memstore.New())
		s.Delay = func(n int) time.Duration { return time.Duration(n) * time.Second }
		start := time.Now()
		if err := s.Commit(t.Context(), &runtime.Batch{}); err != nil || time.Since(start) != time.Second {
			t.Errorf("%v after %v", err, time.Since(start))
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := s.Commit(ctx, &runtime.Batch{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a commit after its context ended: %v", err)
		}
	})
}
