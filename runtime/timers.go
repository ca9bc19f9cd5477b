package runtime

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/vm"
)

// SetTimer is a timer that is set.
type SetTimer struct {
	Due  time.Time `json:"due,omitzero"`
	Exid string    `json:"exid"`
	Nid  string    `json:"nid"`
	Why  string    `json:"why"`            // "timeout", or the procedure that waits for it, such as "sleep"
	Text string    `json:"text"`           // the line of the node
	File string    `json:"file,omitempty"` // that it stands in, where that is not the execution's own
	Line int       `json:"line,omitempty"`
	// Paused tells that its node is paused: what it is for waits for the resume.
	Paused bool `json:"paused,omitempty"`
	// Fired tells that it was due already, and its node is paused; Due is not
	// known anymore then.
	Fired bool `json:"fired,omitempty"`
}

// timersPage is how many timers are read at a time.
const timersPage = 1000

// Timers lists the timers that are set, see Client. Those that were due while
// their node was paused are listed for a single execution only.
func (r *Runtime) Timers(ctx context.Context, o TimerOptions) ([]SetTimer, error) {
	list := []SetTimer{}
	if o.Exid != "" {
		all, err := r.timersOf(ctx, o.Exid)
		if err != nil {
			return nil, fmt.Errorf("execution %s: %w", o.Exid, err)
		}
		for _, t := range all {
			list = append(list, t)
		}
	} else {
		var err error
		if list, err = r.allTimers(ctx, o.Limit); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(list, func(a, b SetTimer) int {
		return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.Exid, b.Exid), cmp.Compare(a.Nid, b.Nid), cmp.Compare(a.Why, b.Why))
	})
	if o.Limit > 0 {
		list = list[:min(o.Limit, len(list))]
	}
	return list, nil
}

func (r *Runtime) allTimers(ctx context.Context, limit int) ([]SetTimer, error) {
	list := []SetTimer{}
	seen := make(map[string]map[timerKey]SetTimer)
	var after Timer
	for limit <= 0 || len(list) < limit {
		page, err := r.store.Timers(ctx, after, timersPage)
		if err != nil {
			return nil, err
		}
		for _, t := range page {
			if limit > 0 && len(list) >= limit {
				break
			}
			of, known := seen[t.Exid]
			if !known {
				of, err = r.timersOf(ctx, t.Exid)
				if err != nil && !errors.Is(err, ErrNotFound) && !isBroken(err) {
					return nil, err // Verify tells of one that cannot be read
				}
				seen[t.Exid] = of
			}
			nid, err := vm.ParseNID(t.Nid)
			if s, there := of[timerKey{nid, t.ID}]; err == nil && there { // else it fired meanwhile
				list = append(list, s)
			}
		}
		if len(page) < timersPage {
			break
		}
		after = page[len(page)-1]
	}
	return list, nil
}

// timersOf returns the timers of an execution.
func (r *Runtime) timersOf(ctx context.Context, exid string) (map[timerKey]SetTimer, error) {
	l, err := r.load(ctx, exid)
	if err != nil || l.x == nil {
		return nil, err
	}
	timers := make(map[timerKey]SetTimer)
	for nid, n := range l.nodes {
		f := l.x.Frame(nid)
		for _, t := range f.Timers {
			text, _, _ := strings.Cut(tree.Print(f.Code.Node), "\n")
			s := SetTimer{Exid: exid, Nid: nid.String(), Why: f.Proc.Sig.Name(), Text: text, File: f.Code.Prog.File,
				Line: f.Code.Line(), Paused: l.x.PausedAt(f), Fired: true}
			if t.Timeout {
				s.Why = "timeout"
			}
			if i := slices.IndexFunc(n.timers, func(ft FrameTimer) bool { return ft.ID == t.ID }); i >= 0 {
				s.Due, s.Fired = micros(n.timers[i].DueMicros), false
			}
			timers[timerKey{nid, t.ID}] = s
		}
	}
	return timers, nil
}
