package crash

import (
	"crypto/sha256"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/florc-lang/florc/runtime"
)

// What an execution runs follows from its seed, and what it comes to does not
// depend on what is slow and what is fast: each task leaves a mark of its own.

// exidOf is the id of the execution that runs the flow of a seed, and its
// domain. One that is launched by a message of the spool has the domain only,
// and so have children.
func exidOf(seed uint64) string { return fmt.Sprintf("x%d", seed) }

func seedOf(exid string) (seed uint64) {
	_, _ = fmt.Sscanf(exid, "x%d", &seed) // 0 is no seed
	return seed
}

// parentOf is the execution that a child is of, which is in its id; others are
// their own.
func parentOf(exid string) string {
	parent, _, _ := strings.Cut(exid, "-")
	return parent
}

// kind is what a flow is like.
type kind int

const (
	plain     kind = iota
	bigger         // more than one transaction of Badger has room for
	cancelled      // once its task 'never' is out, or that of its child
	killed         // likewise
	disturbed      // it may be cancelled or killed at any time; its outcome is open
	failing        // and nothing handles it
	looping
	talking   // with a child, by signals
	mailing   // it gets signals, and the answer to its task, from the spool
	moody     // it fails now and then, and an operator retries it
	reapplied // any node of it may be
	kinds     // how many there are
)

// parts are how many flows of 100 are of a kind; the others are plain.
var parts = map[kind]int{bigger: 2, cancelled: 6, killed: 6, disturbed: 6, failing: 6, looping: 8, talking: 8, mailing: 8, moody: 8, reapplied: 12}

func kindOf(seed uint64) kind {
	n := rand.New(rand.NewPCG(seed, 3)).IntN(100)
	for k := plain + 1; k < kinds; k++ {
		if n -= parts[k]; n < 0 {
			return k
		}
	}
	return plain
}

// is tells whether an execution, or the one that it is a child of, is of a kind.
// What the spool launches is plain.
func is(exid string, k kind) bool {
	seed := seedOf(parentOf(exid))
	return seed != 0 && kindOf(seed) == k
}

// open tells whether nobody knows what an execution comes to.
func open(exid string) bool { return is(exid, disturbed) }

// newFlow writes a flow.
func newFlow(seed uint64) string {
	k := kindOf(seed)
	g := &generator{rnd: rand.New(rand.NewPCG(seed, 1)), seed: seed, kids: true, sagas: k != reapplied}
	g.line(0, "set f.pad '%s'", strings.Repeat("x", g.rnd.IntN(600))) // some have parts stored apart
	g.line(0, "set f.list [ '%s' ]", strings.Repeat("y", g.rnd.IntN(600)))
	never := []string{"task 'never'", "launch 'never'"}[g.rnd.IntN(2)]
	switch k {
	case bigger:
		g.big(40 << g.rnd.IntN(6))
	case cancelled:
		g.line(0, "sequence on_cancel: (def msg \\ set f.cancelled 1)")
		g.line(1, "%s", never)
	case killed:
		g.line(0, "concurrence")
		g.line(1, "%s", never)
		g.line(1, "stall _")
	case failing:
		g.line(0, "task 'bad' k: 'k0'")
	case looping:
		g.loop(0)
	case talking:
		g.talk()
	case mailing:
		g.line(0, "trap signal: 'mail'")
		g.line(1, "def msg \\ trace \"%s$(msg.payload.nonce)\"", mailTrace)
		g.node(0)
		g.line(0, "task 'mailed' k: 'k%d'", g.mark())
		g.line(0, "task 'now' k: 'k%d'", g.mark()) // what the trap does is done by then
	case moody:
		g.node(0)
		g.line(0, "concurrence")
		g.line(1, "task 'moody' k: 'k%d'", g.mark())
		g.line(1, "sequence")
		g.node(2)
		g.line(2, "task 'moody' k: 'k%d'", g.mark())
	default:
		for range 2 + g.rnd.IntN(4) {
			g.node(0)
		}
	}
	g.line(0, "trace 'end'")
	return g.b.String()
}

// loadChild finds the flows of children, for runtime.Config.Loader.
func loadChild(w runtime.Wanted) (runtime.Definition, error) {
	var text string
	switch seed, mark := uint64(0), 0; w.Name {
	case "never": // it is cancelled, and tells so once
		text = "define tidy msg\n  task 'slow' k: 'k1'\n  trace 'tidied'\nsequence on_cancel: tidy\n  task 'never'\n"
	case "unlucky":
		text = "task 'bad' k: 'k1'\n"
	case "partner":
		text = "trap signal: 'go'\n  def msg \\ trace 'gone'\nconcurrence\n  sequence\n    on 'go'\n    task 'slow' k: 'k1'\n    signal 'done' exid: parent\n" +
			"  sequence\n    task 'now' k: 'k2'\n    signal 'ready' exid: parent payload: { ret: exe.exid }\ntask 'now' k: 'k3'\ntrace 'end'\n"
	default:
		if _, err := fmt.Sscanf(w.Name, "kid%d-%d", &seed, &mark); err != nil {
			return runtime.Definition{}, runtime.ErrNotFound
		}
		g := &generator{rnd: rand.New(rand.NewPCG(seed, uint64(mark)<<8)), marks: 1000 * (1 + mark), sagas: true} // nobody else has its marks
		for range 1 + g.rnd.IntN(3) {
			g.node(2)
		}
		g.line(0, "trace 'end'")
		text = strings.ReplaceAll("\n"+g.b.String(), "\n    ", "\n")
	}
	return runtime.Parse(w.Name+".flo", text)
}

type generator struct {
	b     strings.Builder
	rnd   *rand.Rand
	seed  uint64
	marks int
	kids  bool // it may launch children
	sagas bool // and have steps taken back
	again int  // how many of the nodes around are tried again, with what they started with
}

func (g *generator) line(depth int, format string, args ...any) {
	fmt.Fprintf(&g.b, strings.Repeat("  ", depth)+format+"\n", args...)
}

func (g *generator) mark() int {
	g.marks++
	return g.marks
}

func (g *generator) task(depth, mark int) {
	taskers := []string{"now", "now", "slow", "later", "bob", "both", "pulled"}
	if g.again > 0 {
		taskers = taskers[:3] // an answer of someone else would be lost, rightly
	}
	g.line(depth, "task '%s' k: 'k%d'", taskers[g.rnd.IntN(len(taskers))], mark)
}

func (g *generator) sleep(depth int) { g.line(depth, "sleep '0.0%02ds'", g.rnd.IntN(51)) }

// loop has a task done a few times, each adding to its mark and to a list.
func (g *generator) loop(depth int) {
	k := g.mark()
	g.line(depth, "cursor")
	g.task(depth+1, k)
	g.line(depth+1, "push f.list \"$(f.k%d) %s\"", k, strings.Repeat("z", g.rnd.IntN(100)))
	g.line(depth+1, "break _ if f.k%d == %d", k, 2+g.rnd.IntN(6))
	g.line(depth+1, "continue _")
}

// big has branches whose payloads are, together, more than one transaction of
// Badger has room for.
func (g *generator) big(branches int) {
	size := 600
	g.line(0, "set f.p '%s'", strings.Repeat("x", size))
	for ; size*branches < 3<<20; size *= 2 {
		g.line(0, "set f.p \"$(f.p)$(f.p)\"")
	}
	g.line(0, "concurrence merge: 'ignore'")
	for i := range branches {
		g.line(1, "sequence")
		g.line(2, "set f.p \"$(f.p)%d\"", i)
		g.line(2, "sleep '0.01s'")
	}
}

func (g *generator) node(depth int) {
	n := g.rnd.IntN(20)
	if depth > 3 {
		n = g.rnd.IntN(7)
	}
	switch n {
	case 0, 1, 2:
		g.task(depth, g.mark())
	case 3, 4:
		g.sleep(depth)
	case 5:
		k := g.mark()
		g.line(depth, "set f.s%d %d", k, k)
	case 6:
		k := g.mark()
		g.line(depth, "sequence on_error: (def msg err \\ set f.e%d 1)", k)
		g.line(depth+1, "task 'bad' k: 'k%d'", k)
	case 7, 8:
		g.line(depth, "concurrence")
		for range 1 + g.rnd.IntN(3) {
			g.node(depth + 1)
		}
	case 9:
		g.line(depth, "sequence timeout: '0.0%02ds'", 1+g.rnd.IntN(40))
		if g.kids && g.rnd.IntN(2) == 0 {
			g.line(depth+1, "launch 'never'")
			return
		}
		g.line(depth+1, "task 'alice'")
	case 10:
		g.line(depth, "trace 't%d'", g.mark())
	case 11:
		if depth == 0 { // branches would have lists that do not merge in one way
			g.loop(depth)
			return
		}
		g.sleep(depth)
	case 12:
		g.again++
		g.retry(depth, g.mark())
		g.again--
	case 13:
		g.trap(depth, g.mark())
	case 14:
		g.mutex(depth, g.mark())
	case 15, 16:
		if !g.sagas {
			g.task(depth, g.mark())
			return
		}
		g.saga(depth, g.mark())
	case 17, 18:
		if !g.kids {
			g.task(depth, g.mark())
			return
		}
		g.child(depth, g.mark())
	default:
		g.line(depth, "sequence")
		for range 1 + g.rnd.IntN(3) {
			g.node(depth + 1)
		}
	}
}

// retry has something tried again, with success or without.
func (g *generator) retry(depth, k int) {
	policy := []string{"2", "{ count: 2, delay: '0.01s', backoff: 'linear', jitter: 0.5 }"}[g.rnd.IntN(2)]
	tasker := []string{"flaky", "bad"}[g.rnd.IntN(2)]
	g.line(depth, "sequence retry: %s on_error: (def msg err \\ set f.e%d 1)", policy, k)
	g.node(depth + 1)
	g.line(depth+1, "task '%s' k: 'k%d'", tasker, k)
}

// trap sees a tag entered and left.
func (g *generator) trap(depth, k int) {
	g.line(depth, "sequence")
	for _, point := range []string{"entered", "left"} {
		g.line(depth+1, "trap point: '%s' tag: 'tag%d'", point, k)
		g.line(depth+2, "def msg \\ trace '%s %d'", point, k)
	}
	g.line(depth+1, "sequence tag: 'tag%d'", k)
	g.node(depth + 2)
	g.line(depth+1, "task 'now' k: 'k%d'", k) // what the trap does is done by then
}

// mutex has branches that show if one of them was not alone.
func (g *generator) mutex(depth, k int) {
	g.line(depth, "set inside%d 0", k)
	g.line(depth, "concurrence")
	for i := range 2 + g.rnd.IntN(2) {
		g.line(depth+1, "mutex 'm%d'", k)
		g.line(depth+2, "set inside%d %d", k, i)
		g.node(depth + 2)
		g.line(depth+2, "set f.notalone%d 1 if inside%d != %d", k, k, i)
	}
}

// saga has a step taken back, or not.
func (g *generator) saga(depth, k int) {
	g.line(depth, "sequence on_error: (def msg err \\ set f.e%d 1)", k)
	g.line(depth+1, "saga")
	g.task(depth+2, k)
	g.line(depth+2, "undo")
	g.line(depth+3, "task 'slow' k: 'u%d'", k)
	g.line(depth+3, "trace 'taken back %d'", k)
	g.node(depth + 2)
	g.line(depth+2, "task '%s' k: 'u%d'", []string{"bad", "now"}[g.rnd.IntN(2)], k)
}

// child launches another execution.
func (g *generator) child(depth, k int) {
	switch g.rnd.IntN(4) {
	case 0:
		g.line(depth, "sequence on_error: (def msg err \\ set f.e%d 1)", k)
		g.line(depth+1, "launch 'unlucky' retry: 1")
	case 1:
		g.line(depth, "launch 'kid%d-%d' wait: false", g.seed, k)
	default:
		g.line(depth, "launch 'kid%d-%d'", g.seed, k)
	}
}

// talk has two executions wait for each other's signals. A task in between makes
// sure that they wait before they are signalled.
func (g *generator) talk() {
	g.line(0, "concurrence")
	g.line(1, "sequence")
	g.line(2, "on 'ready'")
	g.line(2, "signal 'go' exid: f.ret")
	g.line(1, "on 'done'")
	g.line(1, "sequence")
	g.line(2, "task 'now' k: 'k%d'", g.mark())
	g.line(2, "launch 'partner' vars: { parent: exe.exid } wait: false")
}

// answerField is that into which the answer to a task that is returned puts
// something of its own, as what it is depends on who answers when.
const answerField = "answer-"

// mailTrace is how the traces of what came from the spool begin.
const mailTrace = "mail-"

// outcome tells how an execution ended, in a line, but for what depends on
// time.
func outcome(res *runtime.Result) string {
	var fields []string
	if res.Payload.IsObject() {
		for k, v := range res.Payload.AsObject().All() {
			if k != "ret" && !strings.HasPrefix(k, answerField) { // ret is that of the branch that came first
				text := v.String()
				if sum := sha256.Sum256([]byte(text)); len(text) > 80 {
					text = fmt.Sprintf("%s...%x", text[:40], sum[:8])
				}
				fields = append(fields, k+"="+text)
			}
		}
	}
	for _, t := range res.Trace {
		if !strings.HasPrefix(t.Text, mailTrace) {
			fields = append(fields, "trace "+t.Text)
		}
	}
	slices.Sort(fields)
	if is(res.Exid, reapplied) { // what it traced may come more often
		fields = slices.Compact(fields)
	}
	if res.Error != nil {
		fields = append(fields, res.Error.Message)
	}
	return strings.Join(strings.Fields(fmt.Sprint(res.Point, " ", fields)), " ")
}
