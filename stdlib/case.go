package stdlib

import (
	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

// Slots of case and match.
const (
	caseValue = iota // what is matched
	caseHasValue
	caseFound // an arm was chosen
)

var caseOf = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"case"},
		Group: sig.Control,
		Doc: "Compares a value with the conditions of its arms and runs the first that fits. The arms are conditions and consequences in turn; a condition is an array of values, a single value or a regular expression, alone or in an array; `else` fits always.\n\n" +
			"Without a value (the number of children is even) `f.ret` is compared. In the consequence `matched` is what fitted and `match` what the regular expression captured.",
		Args: []sig.Arg{
			{Name: "value", Type: sig.Any, Optional: true, Doc: "What is compared."},
			{Name: "arm", Type: sig.Any, Repeated: true, Doc: "Conditions and consequences in turn."},
		},
		Body:       sig.Cases,
		Result:     "What the consequence left; the `f.ret` from before where no arm fits.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Arrays of values", Source: "case 4\n  [ 0 1 2 ]; 'low'\n  [ 3 4 5 ]; 'high'\n  else; 'over'", Ret: `"high"`},
			{Title: "A regular expression", Source: "case 'order-12'\n  /^order-(\\d+)$/; \"number $(match.1)\"\n  else; 'unknown'", Ret: `"number 12"`},
		},
		SeeAlso: []string{"match", "cond", "if"},
	},
	KeyedFirst: true,
	Next: func(n *vm.Node, from int) error {
		return caseArms.next(n, from)
	},
}

// arms is how case and match go through their arms.
type arms struct {
	// otherwise are the names that fit always.
	otherwise []string
	// run evaluates the condition that is the i-th argument.
	run func(n *vm.Node, i int) error
	// fits tells whether the condition that was just evaluated, argument i,
	// holds, and with which variables.
	fits func(n *vm.Node, i int) ([]vm.Var, bool, error)
}

var caseArms = arms{
	otherwise: []string{"else"},
	run:       func(n *vm.Node, i int) error { return n.Run(i) },
	fits:      fitsCase,
}

func (a *arms) next(n *vm.Node, from int) error {
	f := n.Frame()
	if from < 0 && n.ArgCount()%2 == 0 {
		f.SetSlot(caseValue, n.Ret())
		f.SetSlot(caseHasValue, value.Bool(true))
		return a.condition(n, 0)
	}
	switch {
	case from < 0:
		return n.Run(0)
	case f.Slot(caseFound).Truthy():
		return n.Reply()
	case !f.Slot(caseHasValue).Truthy():
		f.SetSlot(caseValue, n.Ret())
		f.SetSlot(caseHasValue, value.Bool(true))
		return a.condition(n, from+1)
	}
	vars, ok, err := a.fits(n, from)
	switch {
	case err != nil:
		return err
	case ok:
		return consequence(n, from+1, vars)
	}
	return a.condition(n, from+2)
}

func (a *arms) condition(n *vm.Node, i int) error {
	n.SetRet(n.StartRet())
	c := n.Arg(i)
	if c == nil {
		return n.Reply()
	}
	if c.IsName(a.otherwise...) {
		return consequence(n, i+1, nil)
	}
	return a.run(n, i)
}

func consequence(n *vm.Node, i int, vars []vm.Var) error {
	n.SetRet(n.StartRet())
	n.Frame().SetSlot(caseFound, value.Bool(true))
	if n.Arg(i) == nil {
		return n.Reply()
	}
	return n.RunWith(i, vars)
}

func fitsCase(n *vm.Node, _ int) ([]vm.Var, bool, error) {
	v, cond := n.Frame().Slot(caseValue), n.Ret()
	options := []value.Value{cond}
	if cond.IsList() {
		options = cond.AsList().Slice()
	}
	for _, o := range options {
		if value.Equal(o, v) {
			return []vm.Var{{Name: "matched", Value: o}}, true, nil
		}
		if o.Kind() == value.KindRegex && v.IsString() {
			groups, err := capture(o, v.AsString())
			if err != nil {
				return nil, false, err
			}
			if groups != nil {
				return []vm.Var{{Name: "matched", Value: o}, {Name: "match", Value: value.NewList(groups...)}}, true, nil
			}
		}
	}
	return nil, false, nil
}

// capture matches a regular expression and gives what it captured, the whole
// match first; nil where it does not match.
func capture(rx value.Value, s string) ([]value.Value, error) {
	re, err := rx.AsRegex().Regexp()
	if err != nil {
		return nil, vm.BadRegex(err)
	}
	m := re.FindStringSubmatchIndex(s)
	if m == nil {
		return nil, nil
	}
	groups := make([]value.Value, 0, len(m)/2)
	for i := 0; i < len(m); i += 2 {
		g := value.Null
		if m[i] >= 0 {
			g = value.String(s[m[i]:m[i+1]])
		}
		groups = append(groups, g)
	}
	return groups, nil
}

var cond = &vm.Procedure{
	Sig: sig.Proc{
		Names:      []string{"cond"},
		Group:      sig.Control,
		Doc:        "Evaluates the conditions of its arms in order and runs the consequence of the first that holds. `else` holds always.",
		Args:       []sig.Arg{{Name: "arm", Type: sig.Any, Repeated: true, Doc: "Conditions and consequences in turn."}},
		Body:       sig.Cases,
		Result:     "What the consequence left; the `f.ret` from before where no condition holds.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Ranges", Source: "set a 8\ncond\n  a < 4; 'less than four'\n  a < 10; 'less than ten'\n  else; 'ten or more'", Ret: `"less than ten"`},
			{Title: "No arm", Source: "1\ncond\n  false; 2", Ret: "1"},
		},
		SeeAlso: []string{"case", "match", "if"},
	},
	Direct: func(dc *vm.DirectCompiler, c *vm.Code) vm.Eval {
		evals := armEvals(dc, c)
		if len(evals) == 0 {
			return nil
		}
		return func(d *vm.Direct, ret value.Value) value.Value {
			start := ret
			for i := 0; i < len(evals); i += 2 {
				if evals[i] != nil {
					if ret = evals[i](d, ret); !ret.Truthy() {
						continue
					}
				}
				if i+1 < len(evals) {
					return evals[i+1](d, ret)
				}
				return start
			}
			return start
		}
	},
	Next: func(n *vm.Node, from int) error {
		f := n.Frame()
		switch {
		case from < 0:
			return runCond(n, 0)
		case f.Slot(caseFound).Truthy():
			return n.Reply()
		case n.Ret().Truthy():
			f.SetSlot(caseFound, value.Bool(true))
			return runCond(n, from+1)
		}
		if c := n.Arg(from + 2); c != nil && c.IsName("else") {
			f.SetSlot(caseFound, value.Bool(true))
			return runCond(n, from+3)
		}
		return runCond(n, from+2)
	},
}

func runCond(n *vm.Node, i int) error {
	if n.Arg(i) == nil {
		return n.ReplyWith(n.StartRet())
	}
	return n.Run(i)
}

// armEvals compiles arms; the condition else, behind the first, is nil.
func armEvals(dc *vm.DirectCompiler, c *vm.Code) []vm.Eval {
	if c.NAttr > 0 {
		return nil
	}
	evals := make([]vm.Eval, 0, c.ArgCount(c.Proc))
	for i := range c.ArgCount(c.Proc) {
		arm := c.Arg(c.Proc, i)
		if i > 0 && i%2 == 0 && arm.IsName("else") {
			evals = append(evals, nil)
			continue
		}
		e := dc.Eval(arm)
		if e == nil {
			return nil
		}
		evals = append(evals, e)
	}
	return evals
}
