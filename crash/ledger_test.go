package crash

import (
	"context"
	"errors"
	"fmt"
	"iter"
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

	// Of operators, by exid.
	paused, resumed            map[string]bool // true where it is to be so when the next process begins
	stills                     map[string]bool // found paused by the process that begins
	changed                    map[string]bool // a node started over, or was about to: its tasks have other keys
	pauses, reapplied, retried int

	// Of the spool.
	put    map[string]bool   // domains of which it is to launch a flow
	mailed map[string]string // the executions that signals are for
	posted map[string]bool   // executions that may have been answered
	said   []string          // all of it
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
		answers: make(map[string]*answer), keys: make(map[string]string), tasks: make(map[string]*dispatched),
		paused: make(map[string]bool), resumed: make(map[string]bool), stills: make(map[string]bool), changed: make(map[string]bool),
		put: make(map[string]bool), mailed: make(map[string]string), posted: make(map[string]bool)}
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
		l.dispatch(words[1], words[2], strings.Join(words[2:6], " "))
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
		if !l.hearOperator(words[0], words[1]) && !l.hearSpool(words[0], words[1], words[2]) {
			l.problem("the worker says: %s", line)
		}
	}
}

// dispatch notes that a task came to its tasker.
func (l *ledger) dispatch(key, exid, about string) {
	if known, ok := l.keys[about]; ok && known != key && !l.changed[exid] {
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

// result is what an execution came to.
type result struct {
	*runtime.Result
	domain, name, parent string
	outcome              string
}

// results gives what the executions of a store came to.
func results(r *runtime.Runtime, store runtime.Store) (map[string]result, error) {
	all := make(map[string]result)
	for rec, err := range store.Records(context.Background()) {
		if err != nil {
			return nil, err
		}
		res, err := r.Wait(context.Background(), rec.Exid)
		if err != nil {
			return nil, err
		}
		x := result{Result: res, domain: rec.Origin.Domain, name: rec.Origin.Name, outcome: outcome(res)}
		if rec.Origin.Parent != nil {
			x.parent = rec.Origin.Parent.Exid
		}
		all[rec.Exid] = x
	}
	return all, nil
}

// gather gives what executions came to, and the domains that have several.
// Whether a child that is always cancelled was launched depends on time.
func gather(results map[string]result) (o *outcomes, twice []string) {
	o = &outcomes{make(map[string]string), make(map[string][]string)}
	for _, x := range results {
		switch {
		case x.parent == "" && o.roots[x.domain] != "":
			twice = append(twice, x.domain)
		case x.parent == "":
			o.roots[x.domain] = x.outcome
		case x.name != "never":
			o.kids[x.domain] = append(o.kids[x.domain], x.name+" "+x.outcome)
		}
	}
	for _, list := range o.kids {
		slices.Sort(list)
	}
	return o, twice
}

// unended gives the executions that do not rest.
func unended(ctx context.Context, store runtime.Store) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for rec, err := range store.Records(ctx) {
			if err != nil {
				yield("", err)
				return
			}
			if rec.Status != runtime.Terminated && rec.Status != runtime.Failed && !yield(rec.Exid, nil) {
				return
			}
		}
	}
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
	for exid, err := range unended(ctx, store) {
		if err != nil {
			return err
		}
		l.problem("%s does not come to its end", exid)
	}
	if len(l.problems) > 0 {
		return nil
	}
	results, err := results(w.r, store)
	if err != nil {
		return err
	}
	for exid := range results {
		for _, fromCheckpoint := range []bool{false, true} {
			if _, err := w.r.Replay(ctx, exid, fromCheckpoint); err != nil {
				l.problem("%v", err)
			}
		}
	}
	got, twice := gather(results)
	for _, domain := range twice {
		l.problem("the flow of %s was launched twice", domain)
	}
	var seeds []uint64
	for domain := range got.roots {
		if !open(domain) {
			seeds = append(seeds, seedOf(domain))
		}
	}
	want, err := undisturbed(seeds, memstore.New())
	if err != nil {
		return err
	}
	for domain, got := range got.roots {
		if want := want.roots[domain]; want != "" && got != want {
			l.problem("%s comes to\n%s instead of\n%s:\n%.1000s", domain, got, want, padding.Replace(newFlow(seedOf(domain))))
		}
	}
	for domain, want := range want.kids {
		if got := got.kids[domain]; !is(domain, reapplied) && !slices.Equal(got, want) {
			l.problem("the children of %s come to\n%q instead of\n%q:\n%.1000s", domain, got, want, padding.Replace(newFlow(seedOf(domain))))
		}
	}
	for exid, res := range results {
		if said := l.ended[exid]; said != "" && said != res.outcome {
			l.problem("%s had ended with %s, and has now %s", exid, said, res.outcome)
		}
		if n := strings.Count(res.outcome, "trace tidied"); n > 1 {
			l.problem("%s was cancelled %d times: %s", exid, n, res.outcome)
		}
	}
	for domain := range l.put {
		if got.roots[domain] == "" {
			l.problem("the spool has lost %s", domain)
		}
	}
	l.checkMail(results)
	for _, promised := range []map[string]bool{l.launched, l.cancelled} {
		for exid := range promised {
			if results[exid].Result == nil {
				l.problem("%s is lost", exid)
			}
		}
	}
	for exid := range l.ended {
		if results[exid].Result == nil {
			l.problem("%s had ended, and is lost", exid)
		}
	}
	for key, a := range l.answers {
		if res := results[a.exid]; res.Result != nil && !open(a.exid) && !is(a.exid, reapplied) {
			if v, _ := res.Payload.AsObject().Get(a.field); v.AsString() != a.nonce {
				l.problem("the answer to the task %s is lost: %s is %s, not %s", key, a.field, v, a.nonce)
			}
		}
	}
	return errors.Join(l.checkSpool(spoolOf(dir)), l.left(ctx, w.r, store), store.Close())
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
	return fmt.Sprintf("%d executions launched, %d seen to end, %d cancelled; %d tasks dispatched, %d of them again; %d answered, %d second answers refused; %s; %d launches and %d signals put into the spool",
		len(l.launched), len(l.ended), len(l.cancelled), len(l.tasks), l.again, len(l.answers), l.refused, l.operators(), len(l.put), len(l.mailed))
}
