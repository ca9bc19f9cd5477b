package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/vm"
)

var reference = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"_ref", "_rep", "_reff"},
		Group: sig.Internal,
		Doc: "Follows a path and gives what is there: what `f.a.0` or `x[1:3].name` compile to. The path starts with `f` (or `fld`, `field`) for a field, `v` (`lv`, `gv`, `dv`) for a variable, `t` or `tag` for the nodes that have a tag, `node` or `exe`, or with the name of a variable.\n\n" +
			"`_rep` gives the path itself; `_reff` gives `null` where nothing is there.",
		Args:       []sig.Arg{{Name: "element", Type: sig.Any, Repeated: true, Doc: "A key, an index, a slice, or an array of those."}},
		Body:       sig.Arguments,
		Result:     "The value; `null` for a field, or a last element, that is not there.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "A slice", Source: "set f.a [ 1 2 3 4 ]\nf.a[1:2]", Want: `{"a":[1,2,3,4],"ret":[2,3]}`},
			{Title: "From the end", Source: "set l [ 1 2 3 ]\nl.-1", Ret: "3"},
			{Title: "No such variable", Source: "v.nada", Error: `variable "nada" not found`},
		},
		SeeAlso: []string{"set"},
	},
	Gather: true,
	Direct: func(dc *vm.DirectCompiler, c *vm.Code) vm.Eval {
		if c.Head != "_ref" {
			return nil
		}
		return dc.Reference(c)
	},
	Done: func(n *vm.Node) error {
		rets := n.Frame().Rets
		path, err := vm.PathOf(rets)
		if err != nil {
			return err
		}
		name := n.Name()
		if name == "_rep" {
			return n.ReplyWith(path.Value())
		}
		v, err := n.Follow(path, name == "_reff")
		if err != nil {
			return err
		}
		return n.ReplyWith(v)
	},
}
