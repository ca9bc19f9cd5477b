package stdlib

import (
	"strings"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var arrayLiteral = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"_arr"},
		Group:      sig.Internal,
		Doc:        "Builds an array of its children: what `[ 1 2 3 ]` compiles to.",
		Args:       []sig.Arg{{Name: "element", Type: sig.Any, Repeated: true, Doc: "An element."}},
		Body:       sig.Arguments,
		Result:     "The array.",
		ResultType: sig.Array,
		Examples: []sig.Example{
			{Title: "Expressions as elements", Source: "[ 1, 1 + 1, 'three' ]", Ret: `[1,2,"three"]`},
			{Title: "Commas are optional", Source: "[ 1 2\n  3 ]", Ret: "[1,2,3]"},
		},
		SeeAlso: []string{"_obj"},
	},
	Call: func(a *vm.Args) (value.Value, error) {
		return value.FromList(value.ListOf(append([]value.Value(nil), a.Rets...))), nil
	},
	Unkeyed: dropUnkeyed,
}

// dropUnkeyed keeps an unkeyed attribute out of the arguments.
func dropUnkeyed(n *vm.Node, _ value.Value) error {
	f := n.Frame()
	f.Rets = f.Rets[:len(f.Rets)-1]
	return nil
}

var objectLiteral = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"_obj"},
		Group:      sig.Internal,
		Doc:        "Builds an object of its children, keys and values in turn: what `{ a: 1, b: 2 }` compiles to. A key that is a lone name stands for itself; any other key is evaluated.",
		Args:       []sig.Arg{{Name: "key or value", Type: sig.Any, Repeated: true, Doc: "Keys and values in turn."}},
		Body:       sig.Arguments,
		Result:     "The object.",
		ResultType: sig.Object,
		Examples: []sig.Example{
			{Title: "A computed key", Source: "set a 'color'\n{ \"$(a)s\": [ 'red' ] }", Ret: `{"colors":["red"]}`},
			{Title: "Empty", Source: "{}", Ret: "{}"},
		},
		SeeAlso: []string{"_arr"},
	},
	Mode: func(c *vm.Code, i int) vm.Mode {
		if i%2 == 0 {
			return vm.ModeKey
		}
		return vm.ModeValue
	},
	Call: func(a *vm.Args) (value.Value, error) {
		o := value.NewObject().AsObject()
		for i := 0; i < len(a.Rets); i += 2 {
			v := value.Null
			if i+1 < len(a.Rets) {
				v = a.Rets[i+1]
			}
			o = o.Set(keyText(a.Rets[i]), v)
		}
		return value.FromObject(o), nil
	},
	Unkeyed: dropUnkeyed,
}

// keyText gives the key that a value stands for in an object.
func keyText(v value.Value) string { return value.ToText(v) }

var stringTemplate = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"_dqs"},
		Group:      sig.Internal,
		Doc:        "Joins its pieces into a string: what a double-quoted string with `$(…)` in it compiles to. Strings go in as they are, `null` as nothing, everything else as JSON.",
		Args:       []sig.Arg{{Name: "piece", Type: sig.Any, Repeated: true, Doc: "A piece."}},
		Body:       sig.Arguments,
		Result:     "The string.",
		ResultType: sig.String,
		Examples: []sig.Example{
			{Title: "A variable", Source: "set who 'world'\n\"hello $(who)\"", Ret: `"hello world"`},
			{Title: "A pipe", Source: "set s 'abc'\n\"$(s | upcase _)\"", Ret: `"ABC"`},
		},
		SeeAlso: []string{"_dol", "_rxs"},
	},
	KeepRet: true,
	Call: func(a *vm.Args) (value.Value, error) {
		var b strings.Builder
		for _, v := range a.Rets {
			b.WriteString(value.ToText(v))
		}
		return value.String(b.String()), nil
	},
}

var regexLiteral = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"_rxs"},
		Group:      sig.Internal,
		Doc:        "Joins its pieces into a regular expression: what `/ab+$(c)/i` compiles to.",
		Attrs:      []sig.Attr{{Names: []string{"rxopts"}, Type: sig.String, Doc: "The options behind the closing slash: `i` ignores case, `m` lets the dot match line ends, `x` ignores white space and comments."}},
		Args:       []sig.Arg{{Name: "piece", Type: sig.Any, Repeated: true, Doc: "A piece."}},
		Body:       sig.Arguments,
		Result:     "The regular expression.",
		ResultType: sig.Regex,
		Examples: []sig.Example{
			{Title: "Ignoring case", Source: "match? 'Hello' r/^hel+o$/i", Ret: "true"},
			{Title: "A piece from a variable", Source: "set b 'l+'\nmatch? 'hello' r/^he$(b)o$/", Ret: "true"},
		},
		SeeAlso: []string{"matchr", "split"},
	},
	KeepRet: true,
	Call: func(a *vm.Args) (value.Value, error) {
		var b strings.Builder
		b.WriteByte('/')
		for _, v := range a.Rets {
			b.WriteString(value.ToText(v))
		}
		b.WriteByte('/')
		if opts, ok := a.Key("rxopts"); ok {
			b.WriteString(value.ToText(opts))
		}
		rx, err := value.NewRegex(b.String())
		if err != nil {
			return value.Null, vm.BadRegex(err)
		}
		return rx, nil
	},
}

var alternatives = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"_dol"},
		Group:      sig.Internal,
		Doc:        "Gives the first of its alternatives that is neither empty nor `false`: what `$(a || b)` in a string compiles to.",
		Args:       []sig.Arg{{Name: "alternative", Type: sig.Any, Repeated: true, Doc: "An alternative."}},
		Body:       sig.Arguments,
		Result:     "What that alternative left.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "A default", Source: "\"$(nobody || 'guest')\"", Ret: `"guest"`},
			{Title: "No default", Source: "\"<$(nobody)>\"", Ret: `"<>"`},
		},
		SeeAlso: []string{"_dqs"},
	},
	Direct: func(dc *vm.DirectCompiler, c *vm.Code) vm.Eval {
		evals := dc.ArgEvals(c, c.Proc)
		if len(evals) == 0 {
			return nil
		}
		return func(d *vm.Direct, ret value.Value) value.Value {
			for _, e := range evals {
				if ret = e(d, ret); !isEmptyText(ret) {
					break
				}
			}
			return ret
		}
	},
	Next: func(n *vm.Node, from int) error {
		if from >= 0 && !isEmptyText(n.Ret()) {
			return n.Reply()
		}
		return n.RunNext(from)
	},
}

func isEmptyText(v value.Value) bool {
	return v.IsString() && v.AsString() == "" || v.Kind() == value.KindBool && !v.AsBool()
}

var muted = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"_dmute"},
		Group:      sig.Internal,
		Doc:        "Runs its children in sequence and gives the empty string when one fails: what stands between the parentheses of `$(…)` compiles to.",
		Body:       sig.Sequence,
		Result:     "What the last child left, or `''` after a failure.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "A name that is not there", Source: "\"a$(nada)b\"", Ret: `"ab"`},
			{Title: "A path that is not there", Source: "\"a$(nada.0.x)b\"", Ret: `"ab"`},
		},
		SeeAlso: []string{"_dol"},
	},
	Direct: directSequence,
	Start: func(n *vm.Node) error {
		n.MuteErrors()
		return nil
	},
}
