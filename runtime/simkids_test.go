package runtime_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"github.com/florc-lang/florc/runtime"
)

// simKid finds the flows of children: of "tidy", which is there to be cancelled,
// and of those with a number, which are random.
func simKid(w runtime.Wanted) (runtime.Definition, error) {
	seed := uint64(0)
	if _, err := fmt.Sscanf(w.Name, "kid%d", &seed); err != nil {
		return childLoader(w)
	}
	g := &simSource{rnd: rand.New(rand.NewPCG(seed, 7)), marks: 1000 * int(1+seed%1000), isKid: true} // nobody else has its marks
	for range 1 + g.rnd.IntN(3) {
		g.node(2)
	}
	text := strings.ReplaceAll("\n"+g.b.String(), "\n    ", "\n")
	if g.rnd.IntN(4) == 0 {
		text += "task 'bad'\n"
	}
	return runtime.Parse(w.Name+".flo", text)
}

// kid writes what another execution does.
func (g *simSource) kid(depth, k int) {
	name := fmt.Sprint("kid", 1000*g.rnd.IntN(1000)+k)
	switch n := g.rnd.IntN(4); {
	case g.isKid:
		g.line(depth, "task 'work' k: 'k%d'", k)
	case n == 0:
		g.line(depth, "sequence timeout: '%ds'", 1+g.rnd.IntN(3))
		g.line(depth+1, "launch 'tidy'")
	case n == 1:
		g.line(depth, "launch '%s' wait: false", name)
	default:
		g.line(depth, "sequence on_error: (def msg err \\ set f.e%d 1)", k)
		g.line(depth+1, "launch '%s' retry: 1", name)
	}
}

// exids gives all executions, children too.
func (s *sim) exids(ctx context.Context) (list []string, err error) {
	for rec, err := range s.store.Records(ctx) {
		if err != nil {
			return nil, err
		}
		list = append(list, rec.Exid)
	}
	return list, nil
}

// kids tells what the children of a flow came to, but for those that are always
// cancelled: whether they were launched depends on when.
func (s *sim) kids(ctx context.Context, f *simFlow) (list []string, err error) {
	exids, err := s.exids(ctx)
	if err != nil {
		return nil, err
	}
	for _, exid := range exids {
		if !strings.HasPrefix(exid, f.exid+"-") {
			continue
		}
		v, err := s.r.Execution(ctx, exid, 0)
		if err != nil {
			return nil, err
		}
		text := v.Name + " " + strings.Join(outcomeOf(v), " ")
		if v.Name != "tidy" {
			list = append(list, text)
		} else if v.Status != runtime.Terminated || len(v.Trace) > 1 {
			return nil, fmt.Errorf("%s\nhas a child that comes to %s", f.src, text)
		}
	}
	slices.Sort(list)
	return list, nil
}
