package stdlib

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestApart has branches go on when the nodes around them have ended: they see
// the variables there, and once they are over nothing is left of either.
func TestApart(t *testing.T) {
	const src = `
set l []
set add (def x \ trace x)
define later what
  part
    sleep '1s'
    add what
each [ 'a' 'b' ]
  later "$(elt) later"
sequence vars: { v: 'slow' }
  ceach [ 1 2 3 ] expect: 1 remaining: 'forget'
    sequence on_error: (def \ add 'not reached')
      sleep elt
      add "$(v) $(elt)"
sequence
  part
    sleep '2s'
    sequence vars: { w: 'inner' }
      part
        sleep '2s'
        add w
add 'next'
sleep '9s'
stall _
`
	for _, watched := range []bool{false, true} {
		o := run(t, All(), src, "", "", watched)
		if diff := cmp.Diff([]string{"a later", "b later", "slow 1", "next", "slow 2", "slow 3", "inner"}, o.trace); diff != "" {
			t.Errorf("they did something else (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"0", "0_8"}, o.nids); diff != "" {
			t.Errorf("not only the last line is left (-want +got):\n%s", diff)
		}
	}
}
