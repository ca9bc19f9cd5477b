package check_test

import (
	"fmt"
	"testing"

	"github.com/florc-lang/florc/lang/check"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/source"
	"github.com/florc-lang/florc/lang/tree"
	"github.com/florc-lang/florc/stdlib"
	"github.com/florc-lang/florc/vm"
)

func TestZZ(t *testing.T) {
	for _, p := range stdlib.All().Procedures() {
		for _, name := range p.Sig.Names {
			if name == "loop" || name == "cursor" {
				continue
			}
			src := name + " _\n"
			f, _ := parser.Parse(source.NewFile("", src), parser.Options{})
			root, _ := tree.Lower(f)
			x := vm.New(vm.Compile(stdlib.All(), root), vm.Launch{ID: "t", Seed: 1, NowMicros: 1})
			for range 10 {
				x.Run()
			}
			var failed string
			for _, e := range x.TakeEffects() {
				if e, ok := e.(vm.FailedEffect); ok {
					failed = e.Err.Error()
				}
			}
			ds := check.Check(source.NewFile("", src), options())
			if (failed != "") != (len(ds) > 0) {
				fmt.Printf("%s: run %q check %s\n", name, failed, text(ds))
			}
		}
	}
}
