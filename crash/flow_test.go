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

// ending says how an execution is brought to its end.
type ending int

const (
	byItself     ending = iota
	byCancelling        // once its task 'never' is out
	byKilling           // likewise
	atAnyTime           // it may be cancelled; its outcome is open
)

func exidOf(seed uint64) string { return fmt.Sprintf("x%d", seed) }

func seedOf(exid string) (seed uint64) {
	_, _ = fmt.Sscanf(exid, "x%d", &seed) // 0 is no seed
	return seed
}

// kind is what a flow is like, out of 100.
func kind(seed uint64) int { return rand.New(rand.NewPCG(seed, 3)).IntN(100) }

func endingOf(exid string) ending {
	switch n := kind(seedOf(exid)); {
	case n < 2 || n >= 26:
		return byItself
	case n < 8:
		return byCancelling
	case n < 14:
		return byKilling
	case n < 20:
		return atAnyTime
	}
	return byItself
}

// newFlow writes a flow.
func newFlow(seed uint64) string {
	g := &generator{rnd: rand.New(rand.NewPCG(seed, 1))}
	g.line(0, "set f.pad '%s'", strings.Repeat("x", g.rnd.IntN(600))) // some have parts stored apart
	g.line(0, "set f.list [ '%s' ]", strings.Repeat("y", g.rnd.IntN(600)))
	switch n := kind(seed); {
	case n < 2:
		g.big(40 << g.rnd.IntN(6))
	case n < 8:
		g.line(0, "sequence on_cancel: (def msg \\ set f.cancelled 1)")
		g.line(1, "task 'never'")
	case n < 14:
		g.line(0, "concurrence")
		g.line(1, "task 'never'")
		g.line(1, "stall _")
	case n >= 20 && n < 26:
		g.line(0, "task 'bad' k: 'k0'") // nothing handles it
	case n >= 26 && n < 36:
		g.loop(0)
	default:
		for range 2 + g.rnd.IntN(4) {
			g.node(0)
		}
	}
	g.line(0, "trace 'end'")
	return g.b.String()
}

type generator struct {
	b     strings.Builder
	rnd   *rand.Rand
	marks int
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
	n := g.rnd.IntN(13)
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
		g.line(depth+1, "task 'alice'")
	case 10:
		g.line(depth, "trace 't%d'", g.mark())
	case 11:
		if depth == 0 { // branches would have lists that do not merge in one way
			g.loop(depth)
			return
		}
		g.sleep(depth)
	default:
		g.line(depth, "sequence")
		for range 1 + g.rnd.IntN(3) {
			g.node(depth + 1)
		}
	}
}

// answerField is that into which the answer to a task that is returned puts
// something of its own, as what it is depends on who answers when.
const answerField = "answer-"

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
		fields = append(fields, "trace "+t.Text)
	}
	slices.Sort(fields)
	if res.Error != nil {
		fields = append(fields, res.Error.Message)
	}
	return strings.Join(strings.Fields(fmt.Sprint(res.Point, " ", fields)), " ")
}
