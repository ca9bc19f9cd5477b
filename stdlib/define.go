package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var define = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"define", "def", "fun"},
		Group: sig.Control,
		Doc: "Makes a function: its attributes are the parameters, its children the body. `define` gives it a name, a variable; `def` and `fun` make one without.\n\n" +
			"A parameter may have a default, `def x y: 1`, or be a field, `def f.x`. A function sees the variables of the place where it was made. It gives what its last line left, or what `return` says.\n\n" +
			"Within the body `args` (`arga`, `argv`) holds all arguments in an array, `argd` (`argh`) the keyed ones in an object, and `yield` is the block that the call was given, if any.",
		Args: []sig.Arg{
			{Name: "name", Type: sig.Symbol, Optional: true, Doc: "The name, for `define`."},
			{Name: "parameter", Type: sig.Symbol, Optional: true, Repeated: true, Doc: "The parameters."},
		},
		Body:       sig.Raw,
		Result:     "The function.",
		ResultType: sig.Function,
		Examples: []sig.Example{
			{Title: "A named function", Source: "define sum a b\n  a + b\nsum 1 2", Ret: "3"},
			{Title: "A function that remembers", Source: "define make-adder x\n  def y \\ x + y\nset add3 (make-adder 3)\nadd3 7", Ret: "10"},
			{Title: "A default", Source: "define greet name word: 'hello'\n  \"$(word) $(name)\"\ngreet 'Ann'", Ret: `"hello Ann"`},
		},
		SeeAlso: []string{"apply", "return", "do-return"},
	},
	Direct: func(dc *vm.DirectCompiler, c *vm.Code) vm.Eval {
		l := c.Definition()
		if l == nil || l.Bad() {
			return nil
		}
		if name, _ := l.NameArg(); name != nil {
			return nil
		}
		return func(d *vm.Direct, _ value.Value) value.Value { return d.MakeFunc(l) }
	},
	Start: func(n *vm.Node) error {
		l, err := n.Definition()
		if err != nil {
			return err
		}
		name, evaluated := l.NameArg()
		switch {
		case name == nil:
			return n.ReplyWith(n.MakeFunc(l))
		case !evaluated:
			return defineAs(n, l, name.Head)
		case name.IsLiteral():
			n.SetRet(name.Lit)
			return defineAs(n, l, value.ToText(name.Lit))
		}
		return n.RunPart(name)
	},
	Part: func(n *vm.Node) error {
		l, err := n.Definition()
		if err != nil {
			return err
		}
		return defineAs(n, l, value.ToText(n.Ret()))
	},
}

func defineAs(n *vm.Node, l *vm.Lambda, name string) error {
	fn := n.MakeFunc(l)
	if err := n.Set(value.Path{value.Key(name)}, fn); err != nil {
		return err
	}
	return n.ReplyWith(fn)
}

var doReturn = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"do-return"},
		Group:      sig.Control,
		Doc:        "Makes a function that takes nothing and gives its argument, evaluated at each call.",
		Args:       []sig.Arg{{Name: "value", Type: sig.Any, Doc: "What the function gives."}},
		Body:       sig.Raw,
		Result:     "The function.",
		ResultType: sig.Function,
		Examples: []sig.Example{
			{Title: "A constant", Source: "set two (do-return 2)\ntwo _", Ret: "2"},
			{Title: "Evaluated when called", Source: "set f.a 1\nset a (do-return f.a)\nset f.a 2\na _", Want: `{"a":2,"ret":2}`},
		},
		SeeAlso: []string{"define", "return"},
	},
	Start: func(n *vm.Node) error {
		l := n.Block()
		if l == nil {
			return vm.BadArgument("write do-return 1", "do-return needs a value")
		}
		return n.ReplyWith(n.MakeFunc(l))
	},
}

var apply = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"apply"},
		Group: sig.Control,
		Doc: "Calls a function with arguments: `apply sum 1 2` is `sum 1 2`. It serves where the function is the result of an expression.\n\n" +
			"Children are a block: the function calls it with `yield`.",
		Args: []sig.Arg{
			{Name: "function", Type: sig.Function, Doc: "The function."},
			{Name: "argument", Type: sig.Any, Optional: true, Repeated: true, Doc: "Its arguments; keyed ones bind the parameters of that name."},
		},
		Body:       sig.Block,
		Result:     "What the function gives.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "A function from an array", Source: "define inc x \\ x + 1\nset l [ inc ]\napply l.0 2", Ret: "3"},
			{Title: "A block", Source: "define twice\n  (yield 1) + (yield 2)\ntwice _\n  def x \\ x * 10", Ret: "30"},
		},
		SeeAlso: []string{"define"},
	},
	Next: func(n *vm.Node, from int) error {
		switch {
		case n.ArgCount() == 0:
			return callHead(n, value.Null)
		case from >= 0:
			return callHead(n, n.Ret())
		case n.ArgCount() == 1 && n.Arg(0).IsDefinition():
			return n.Run(0)
		}
		n.Pass(2)
		return callHead(n, n.MakeFunc(n.Block()))
	},
}

// callHead calls the function that the node's head stands for or, for apply
// itself, its first argument.
func callHead(n *vm.Node, block value.Value) error {
	f := n.Frame()
	fn, args := f.Heat, f.Atts
	if !fn.IsFunc() {
		if len(args) == 0 || !args[0].Value.IsFunc() {
			return vm.BadArgument("write apply fun 1 2", "apply needs a function")
		}
		fn, args = args[0].Value, args[1:]
	}
	args = append([]vm.Arg(nil), args...)
	if block.IsFunc() {
		args = append(args, vm.Arg{Key: "yield", Value: block})
	}
	_, err := n.Call(fn, args...)
	return err
}

var returnFrom = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"return"},
		After:      sig.EndsFunction,
		Group:      sig.Control,
		Doc:        "Ends the call of the function that it stands in, with a value.",
		Args:       []sig.Arg{{Name: "value", Type: sig.Any, Optional: true, Doc: "What the call gives; `f.ret` where it is left out."}},
		Body:       sig.Arguments,
		Result:     "Nothing: the node does not go on.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Out early", Source: "define f x\n  return 'small' if x < 10\n  'big'\nf 3", Ret: `"small"`},
			{Title: "Outside of a function", Source: "return 1", Error: `"return" outside of function`},
		},
		SeeAlso: []string{"define", "break"},
	},
	Done: func(n *vm.Node) error {
		call, ok := n.EnclosingCall()
		if !ok {
			return vm.MisplacedReturn()
		}
		n.SendCancel(call, vm.Message{Flavour: vm.ReturnFrom})
		return n.Wait()
	},
}
