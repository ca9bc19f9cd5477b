package stdlib

import (
	"regexp"
	"slices"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var matchr = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"matchr", "match?", "pmatch"},
		Group: sig.Strings,
		Doc: "Matches a string against a regular expression. `match?` tells whether it matches, `matchr` lists what matched and what its groups caught, `pmatch` gives the part that matched as a string.\n\n" +
			"String and expression may come in either order, and what is left out is taken from `f.ret`. A string serves as an expression too, as in `match? name '^A'`; of two strings, the second is the expression. Put a comma before an expression that follows another argument, or an `r`, as in `match? name r/^A/`: a slash alone divides. The whole string need not match: put `^` and `$` around the expression where it has to.",
		Args: []sig.Arg{
			{Name: "string", Type: sig.String, Optional: true, Doc: "The string to look at. `null` matches nothing."},
			{Name: "expression", Type: sig.Regex, Optional: true, Doc: "The regular expression, or a string that holds one."},
		},
		Body: sig.Arguments,
		Result: "`match?`: `true` or `false`. `matchr`: an array of what matched, then of what each group caught (`null` for a group that took no part), and empty where nothing matched. " +
			"`pmatch`: what the first group caught or, without group, all that matched; `''` where nothing did.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Does it match?", Source: "match? 'hello', /l+/", Ret: "true"},
			{Title: "Groups", Source: "matchr 'order-1234', /([a-z]+)-([0-9]+)/", Ret: `["order-1234","order","1234"]`},
			{Title: "The part that matters", Source: "pmatch 'order-1234', /-([0-9]+)$/", Ret: `"1234"`},
			{Title: "The string comes from f.ret", Source: "'blue moon' | match? 'moon'", Ret: "true"},
			{Title: "No match", Source: "[ (matchr 'a', /b/), (pmatch 'a', /b/) ]", Ret: `[[],""]`},
			{Title: "Too little", Source: "match? _", Error: "needs 1 or 2 arguments"},
		},
		SeeAlso: []string{"split", "match", "includes?"},
	},
	Call: callMatchr,
}

func callMatchr(a *vm.Args) (value.Value, error) {
	args := a.Rets
	if len(args) == 1 {
		args = []value.Value{a.Ret, args[0]}
	}
	if len(args) < 2 {
		return value.Null, vm.BadArgument("give it a string and a regular expression", "'%s' needs 1 or 2 arguments", a.Name)
	}
	at := slices.IndexFunc(args, func(v value.Value) bool { return v.Kind() == value.KindRegex })
	if at < 0 {
		at = len(args) - 1
	}
	re, err := toRegexp(args[at])
	if err != nil {
		return value.Null, err
	}
	text := args[0]
	if at == 0 {
		text = args[1]
	}
	switch {
	case text.IsNull():
		return matchResult(a.Name, "", nil), nil
	case !text.IsString():
		return value.Null, vm.TypeMismatch("", "%q matches strings, not %s", a.Name, aKind(text))
	}
	return matchResult(a.Name, text.AsString(), re.FindStringSubmatchIndex(text.AsString())), nil
}

// toRegexp compiles a regular expression, or the one in a string.
func toRegexp(v value.Value) (*regexp.Regexp, error) {
	switch {
	case v.IsNumber():
		v = value.String(v.String())
		fallthrough
	case v.IsString():
		var err error
		if v, err = value.NewRegex(v.AsString()); err != nil {
			return nil, vm.BadRegex(err)
		}
	case v.Kind() != value.KindRegex:
		return nil, vm.TypeMismatch("write it as /…/ or as a string", "%s is no regular expression", aKind(v))
	}
	re, err := v.AsRegex().Regexp()
	if err != nil {
		return nil, vm.BadRegex(err)
	}
	return re, nil
}

// matchResult returns what a procedure gives for a match, which is where in
// text the expression and its groups start and end; nil for none.
func matchResult(proc, text string, match []int) value.Value {
	if proc == "match?" {
		return value.Bool(match != nil)
	}
	var caught []value.Value
	for i := 0; i < len(match); i += 2 {
		v := value.Null
		if match[i] >= 0 {
			v = value.String(text[match[i]:match[i+1]])
		}
		caught = append(caught, v)
	}
	switch {
	case proc == "matchr":
		return value.NewList(caught...)
	case match == nil:
		return value.String("")
	case len(caught) > 1 && !caught[1].IsNull():
		return caught[1]
	}
	return caught[0]
}
