package stdlib

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var quoted = regexp.MustCompile(`"([^"]+)"`)

// check compares an outcome with what a case expects; "" is a match.
func (c *conformanceCase) check(t testing.TB, o outcome) string {
	want := c.Expect
	if o.point != want.Point {
		return fmt.Sprintf("want %s, got %s %v (%s)", want.Point, o.point, o.err, want.Message)
	}
	switch want.Point {
	case "terminated":
		if p := parseJSON(t, string(want.Payload)); !value.Equal(plain(o.payload), p) {
			return fmt.Sprintf("payload: want %s, got %s", p, plain(o.payload))
		}
	case "failed":
		for _, m := range quoted.FindAllStringSubmatch(want.Message, -1) {
			if !strings.Contains(o.err.Message, m[1]) {
				return fmt.Sprintf("the error should name %q (%s), got %q", m[1], want.Message, o.err.Message)
			}
		}
		if want.Line != 0 && o.err.Line != want.Line {
			return fmt.Sprintf("line: want %d, got %d: %s", want.Line, o.err.Line, o.err)
		}
	}
	if want.Vars != nil {
		if v := parseJSON(t, string(want.Vars)); !value.Equal(plainVars(o.vars), v) {
			return fmt.Sprintf("vars: want %s, got %s", v, plainVars(o.vars))
		}
	}
	if want.Trace != nil && !slices.Equal(want.Trace, o.trace) {
		return fmt.Sprintf("trace: want %q, got %q", want.Trace, o.trace)
	}
	return ""
}

// TestConformance runs the cases whose results come from the reference
// implementation, with the shortcut and without it.
func TestConformance(t *testing.T) {
	lib := All()
	for _, suite := range []string{"core", "unit"} {
		later := 0
		for _, c := range conformanceCases(t, suite) {
			if needsMore(compile(t, lib, c.Src), c) {
				later++
				continue
			}
			for _, watched := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/watched=%t", c.ID, watched), func(t *testing.T) {
					o := run(t, lib, c.Src, string(c.Payload), string(c.Vars), watched)
					diff := c.check(t, o)
					if reason, known := different[c.ID]; known {
						if diff == "" {
							t.Errorf("it is no difference any more: %s", reason)
						}
					} else if diff != "" {
						t.Errorf("%s\n%s", diff, c.Src)
					}
				})
			}
		}
		if later > 0 {
			t.Logf("%s: %d cases need procedures that do not exist yet", suite, later)
		}
		if suite == "core" && later > 0 {
			t.Error("every core procedure has to exist")
		}
	}
}

// different are the cases that ask for what docs/differences.md argues
// against.
var different = map[string]string{
	"unit/concurrence/30": "fail reports its own node, not its parent",
}

// notYet are the procedures of flor that are still to come: those about
// signals, schedules, flanking branches and concurrent iterations.
var notYet = []string{"trap", "signal", "do-trap", "part", "flank", "abort", "kabort", "schedule", "cron",
	"every", "graft", "import", "c-for-each", "c-each", "ceach", "c-map", "cmap", "c-collect", "ccollect"}

// needsMore tells whether the case needs one of them.
func needsMore(p *vm.Program, c conformanceCase) bool {
	var within func(n *tree.Node) bool
	within = func(n *tree.Node) bool {
		if n.Literal {
			return false
		}
		signalOn := n.Head == "on" && strings.HasPrefix(c.ID, "unit/on/") && strings.Contains(c.Src, "signal ")
		if slices.Contains(notYet, n.Head) || signalOn {
			return true
		}
		for i := range len(n.Attrs) + len(n.Children) {
			if within(n.At(i)) {
				return true
			}
		}
		return false
	}
	return within(p.Tree)
}
