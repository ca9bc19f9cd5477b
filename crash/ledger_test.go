package crash

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/runtime/memstore"
)

// ledger is what workers have said: promises, to be kept through all crashes.
type ledger struct {
	launched  map[string]bool    // by exid
	cancelled map[string]bool    // likewise
	ended     map[string]string  // outcomes, likewise
	answers   map[string]*answer // by the key of the task
	refused   int
	keys      map[string]string // of tasks, by what they are about
	tasks     map[string]*dispatched
	life      int // of the runtime; each start begins another
	again     int // tasks that were dispatched again
	problems  []string
	said      []string // all of it
}

// answer is the answer to a task that was acknowledged. The execution has the
// nonce in the field from then on.
type answer struct{ exid, id, field, nonce string }

// dispatched is a task that was given to its tasker.
type dispatched struct {
	about  string
	life   int  // the last in which it was
	closed bool // that life ended in order
}

func newLedger() *ledger {
	return &ledger{launched: make(map[string]bool), cancelled: make(map[string]bool), ended: make(map[string]string),
		answers: make(map[string]*answer), keys: make(map[string]string), tasks: make(map[string]*dispatched)}
}

func (l *ledger) problem(format string, args ...any) {
	l.problems = append(l.problems, fmt.Sprintf(format, args...))
}

// begin notes that a process, or a runtime, begins.
func (l *ledger) begin() {
	l.life++
	l.said = append(l.said, fmt.Sprintf("-- life %d begins", l.life))
}

// hear takes down what a worker says.
func (l *ledger) hear(line string) {
	l.said = append(l.said, line)
	words := strings.Fields(line)
	words = append(words, "", "", "", "", "", "")
	switch words[0] {
	case "launched":
		l.launched[words[1]] = true
	case "cancelled":
		l.cancelled[words[1]] = true
	case "answered":
		l.answers[words[1]] = &answer{words[2], words[3], words[4], words[5]}
	case "refused":
		l.refused++
	case "dispatched":
		l.dispatch(words[1], strings.Join(words[2:5], " "))
	case "ended":
		_, what, _ := strings.Cut(line, " ")
		exid, what, _ := strings.Cut(what, " ")
		if before := l.ended[exid]; before != "" && before != what {
			l.problem("%s ended with %s, and then with %s", exid, before, what)
		}
		l.ended[exid] = what
	case "stopped":
		for _, t := range l.tasks {
			t.closed = true
		}
		l.begin()
	case "open", "closed":
	default:
		l.problem("the worker says: %s", line)
	}
}

// dispatch notes that a task came to its tasker.
func (l *ledger) dispatch(key, about string) {
	if known, ok := l.keys[about]; ok && known != key {
		l.problem("the task of %s was dispatched as %s, and then as %s", about, known, key)
	}
	l.keys[about] = key
	t := l.tasks[key]
	if t == nil {
		l.tasks[key] = &dispatched{about: about, life: l.life}
		return
	}
	l.again++
	switch {
	case t.about != about:
		l.problem("%s is the key of two tasks: %s, %s", key, t.about, about)
	case t.life == l.life:
		l.problem("the task %s was dispatched twice in one life of the runtime", key)
	case t.closed:
		l.problem("the task %s was dispatched again, after a stop in order", key)
	}
	t.life = l.life
}

// padding shortens flows for those who read them.
var padding = strings.NewReplacer("xxxxxxxxxx", "", "yyyyyyyyyy", "", "zzzzzzzzzz", "")

// some gives tasks that were answered.
func (l *ledger) some(n int) (again [][2]string) {
	for _, a := range l.answers {
		if n--; n < 0 {
			break
		}
		again = append(again, [2]string{a.exid, a.id})
	}
	return again
}

// check compares what is in the store, where everything has come to its end,
// with what was promised.
func (l *ledger) check(dir string) error {
	ctx := context.Background()
	store, err := badgerstore.Open(dir, badgerstore.Options{})
	if err != nil {
		return err
	}
	w, err := newWorker(orders{}, store, func(...any) {})
	if err != nil {
		return err
	}
	results := make(map[string]*runtime.Result)
	var seeds []uint64
	for rec, err := range store.Records(ctx) {
		if err != nil {
			return err
		}
		if rec.Status == runtime.Active {
			l.problem("%s does not come to its end", rec.Exid)
			continue
		}
		if results[rec.Exid], err = w.r.Wait(ctx, rec.Exid); err != nil {
			return err
		}
		if seed := seedOf(rec.Exid); endingOf(rec.Exid) != atAnyTime {
			seeds = append(seeds, seed)
		}
		for _, fromCheckpoint := range []bool{false, true} {
			if _, err := w.r.Replay(ctx, rec.Exid, fromCheckpoint); err != nil {
				l.problem("%v", err)
			}
		}
	}
	want, err := undisturbed(seeds, memstore.New())
	if err != nil {
		return err
	}
	for exid, res := range results {
		got := outcome(res)
		if want := want[exid]; want != "" && got != want {
			l.problem("%s comes to\n%s instead of\n%s:\n%.1000s", exid, got, want, padding.Replace(newFlow(seedOf(exid))))
		}
		if said := l.ended[exid]; said != "" && said != got {
			l.problem("%s had ended with %s, and has now %s", exid, said, got)
		}
	}
	for _, promised := range []map[string]bool{l.launched, l.cancelled} {
		for exid := range promised {
			if results[exid] == nil {
				l.problem("%s is lost", exid)
			}
		}
	}
	for exid := range l.ended {
		if results[exid] == nil {
			l.problem("%s had ended, and is lost", exid)
		}
	}
	for key, a := range l.answers {
		if res := results[a.exid]; res != nil && endingOf(a.exid) != atAnyTime {
			if v, _ := res.Payload.AsObject().Get(a.field); v.AsString() != a.nonce {
				l.problem("the answer to the task %s is lost: %s is %s, not %s", key, a.field, v, a.nonce)
			}
		}
	}
	return errors.Join(l.left(ctx, w.r, store), store.Close())
}

// left notes what is left in the store that should not be, or is damaged.
func (l *ledger) left(ctx context.Context, r *runtime.Runtime, store runtime.Store) error {
	for p, err := range r.Verify(ctx, nil) {
		if err != nil {
			return err
		}
		l.problem("%s: %s", p.Exid, p.Text)
	}
	timers, err := store.Timers(ctx, runtime.Timer{}, 9)
	if err != nil {
		return err
	}
	for _, t := range timers {
		l.problem("a timer is left: %+v", t)
	}
	for t, err := range store.Tasks(ctx, "") {
		if err != nil {
			return err
		}
		l.problem("a task is left: %+v", t)
	}
	for exid, err := range store.Ready(ctx) {
		if err != nil {
			return err
		}
		l.problem("%s is ready to be worked", exid)
	}
	for rec, err := range store.Records(ctx) {
		if err != nil {
			return err
		}
		st, err := store.Load(ctx, rec.Exid)
		if err != nil {
			return err
		}
		if rec.Status == runtime.Terminated && len(st.Frames)+len(st.Parts) > 0 {
			l.problem("%s has terminated and still has %d frames and %d parts", rec.Exid, len(st.Frames), len(st.Parts))
		}
		letters, err := store.Inbox(ctx, rec.Exid, 9)
		if err != nil {
			return err
		}
		if len(letters) > 0 {
			l.problem("%s has letters left", rec.Exid)
		}
	}
	return nil
}

// failures gives what went wrong, as one error, with what was said of the first
// execution that it is about.
func (l *ledger) failures() error {
	if len(l.problems) == 0 {
		return nil
	}
	const shown = 10
	list := slices.Clone(l.problems[:min(shown, len(l.problems))])
	if more := len(l.problems) - len(list); more > 0 {
		list = append(list, fmt.Sprintf("and %d more", more))
	}
	if exid := regexp.MustCompile(`x[1-9][0-9]{5,}`).FindString(list[0]); exid != "" {
		list = append(list, "what was said of "+exid+":")
		for _, line := range l.said {
			if strings.HasPrefix(line, "--") || strings.Contains(line, exid) {
				list = append(list, "  "+line)
			}
		}
	}
	return errors.New(strings.Join(list, "\n"))
}

func (l *ledger) String() string {
	return fmt.Sprintf("%d executions launched, %d seen to end, %d cancelled; %d tasks dispatched, %d of them again; %d answered, %d second answers refused",
		len(l.launched), len(l.ended), len(l.cancelled), len(l.tasks), l.again, len(l.answers), l.refused)
}
