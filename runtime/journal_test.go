package runtime

import (
	"bytes"
	"context"
	"crypto/sha256"
	"testing"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Replay works a journal again and checks its chain of hashes. It is here for
// the tests: the journal has to suffice.
func (r *Runtime) Replay(t *testing.T, exid string) *vm.Execution {
	t.Helper()
	ctx := context.Background()
	rec, err := r.store.Record(ctx, exid)
	if err != nil {
		t.Fatal(err)
	}
	var x *vm.Execution
	var hash []byte
	for e, err := range r.store.Journal(ctx, exid, 0) {
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(append(bytes.Clone(hash), e.Data...))
		if hash = sum[:]; !bytes.Equal(hash, e.Hash) {
			t.Fatalf("the chain breaks at entry %d", e.Seq)
		}
		var je journalEntry
		if err := Unmarshal(e.Data, &je); err != nil {
			t.Fatal(err)
		}
		if l := je.Launch; l != nil {
			x = r.relaunch(t, rec, l, je.AtMicros)
			continue
		}
		cut := false
		for _, data := range je.Messages {
			if len(data) > 0 {
				m, err := x.DecodeMessage(data, r.programsOf(ctx, rec))
				if err != nil {
					t.Fatal(err)
				}
				x.Deliver(m, je.AtMicros)
			}
			x.Limits.RunSteps = je.Budget
			cut = x.Run()
		}
		if cut != je.Cut {
			t.Fatalf("entry %d: the run was cut short: %t, now %t", e.Seq, je.Cut, cut)
		}
	}
	if !bytes.Equal(hash, rec.LogHash) {
		t.Fatal("the chain does not end as the record says")
	}
	return x
}

func (r *Runtime) relaunch(t *testing.T, rec *Record, l *journalLaunch, at int64) *vm.Execution {
	t.Helper()
	p, err := r.programs.get(context.Background(), l.Tree)
	if err != nil {
		t.Fatal(err)
	}
	payload, err := value.DecodeCBOR(l.Payload)
	if err != nil {
		t.Fatal(err)
	}
	vars, err := value.DecodeCBOR(l.Vars)
	if err != nil {
		t.Fatal(err)
	}
	return vm.New(p, vm.Launch{ID: rec.Exid, Domain: rec.Domain, Payload: payload, Vars: vars, NowMicros: at,
		Seed: l.Seed, Zone: l.Zone, Limits: l.Limits, HasTasker: r.hasTasker})
}

// Stored returns the execution as it is stored.
func (r *Runtime) Stored(t *testing.T, exid string) *vm.Execution {
	t.Helper()
	l, err := r.load(context.Background(), exid)
	if err != nil {
		t.Fatal(err)
	}
	return l.x
}

func TestSyllables(t *testing.T) {
	s := &idSource{}
	now := time.Date(2026, 11, 21, 18, 44, 59, 999_999_999, time.UTC)
	a, b := s.next("d", "u", now), s.next("d", "u", now)
	if a >= b || len(a) != len(b) {
		t.Errorf("%s, %s", a, b)
	}
}
