package vm

import (
	"fmt"

	"github.com/florc-lang/florc/lang/spell"
)

// suggest returns a hint for a name that was not found: the most similar of
// the variables and procedures in sight.
func (x *Execution) suggest(f *Frame, name string) string {
	var names []string
	for _, v := range x.visible(f) {
		names = append(names, v.Name)
	}
	for _, p := range x.prog.lib.procs {
		for _, n := range p.Sig.Names {
			if n[0] != '_' {
				names = append(names, n)
			}
		}
	}
	if best := spell.Nearest(name, names); best != "" {
		return fmt.Sprintf("did you mean %q?", best)
	}
	return fmt.Sprintf("set a variable, define a function, or give a tasker named %q", name)
}
