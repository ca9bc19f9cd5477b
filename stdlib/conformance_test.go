package stdlib

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/florc-lang/florc/lang/value"
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

func TestConformance(t *testing.T) {
	lib := All()
	for _, suite := range []string{"core", "unit"} {
		for _, c := range conformanceCases(t, suite) {
			for _, watched := range []bool{true, false} {
				t.Run(fmt.Sprintf("%s/watched=%t", c.ID, watched), func(t *testing.T) {
					o := run(t, lib, c.Src, string(c.Payload), string(c.Vars), watched)
					if diff := c.check(t, o); diff != "" {
						t.Errorf("%s\n%s", diff, c.Src)
					}
				})
			}
		}
	}
}
