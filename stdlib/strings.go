package stdlib

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var letterCase = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{
			"downcase", "lowercase", "lowcase", "upcase", "uppercase", "capitalize",
			"trim", "strip", "snakecase", "snake_case", "camelcase", "camelCase",
		},
		Group: sig.Strings,
		Doc: "Rewrites strings: in small letters (`downcase`, `lowercase`, `lowcase`), in capitals (`upcase`, `uppercase`), each word with a capital (`capitalize`), without white space at either end (`trim`, `strip`), `fromThis` `to_this` (`snakecase`, `snake_case`) and back (`camelcase`, `camelCase`).\n\n" +
			"In an array or an object, the strings within it are rewritten, however deep; keys stay as they are, and so do values that are no strings.",
		Attrs: []sig.Attr{{
			Names: []string{"cap", "capitalize"}, Type: sig.Boolean, Default: "false",
			Doc: "When true, each resulting string starts with a capital and goes on in small letters.",
		}},
		Args:       []sig.Arg{{Name: "text", Type: sig.Any, Optional: true, Doc: "The string, or collection of strings; `f.ret` where it is left out or null. Of several, the last counts."}},
		Body:       sig.Arguments,
		Result:     "The rewritten string or collection.",
		ResultType: sig.Any,
		Examples: []sig.Example{
			{Title: "Small letters, then a capital", Source: "downcase 'WORLD' cap: true", Ret: `"World"`},
			{Title: "Every word", Source: "capitalize 'banana republic'", Ret: `"Banana Republic"`},
			{Title: "What came before", Source: "[ ' a' 'b ' 3 ]\ntrim _", Ret: `["a","b",3]`},
			{Title: "Names for variables", Source: "[ (snakecase 'orderId'), (camelcase 'order_id') ]", Ret: `["order_id","orderId"]`},
		},
		SeeAlso: []string{"split", "reverse", "length", "matchr"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		v := a.LastArg()
		if !v.Truthy() {
			v = a.Ret
		}
		rewrite := rewriter(a.Name)
		if caps, _ := a.Key("cap", "capitalize"); caps.Truthy() {
			plain := rewrite
			rewrite = func(s string) string { return capitalizeFirst(plain(s)) }
		}
		if v.Weight() > maxTextBytes {
			return value.Null, vm.LimitExceeded("work on a part of it at a time",
				"%q takes no more than %d MiB", a.Name, maxTextBytes>>20)
		}
		return mapStrings(v, rewrite), nil
	},
}

func rewriter(name string) func(string) string {
	switch name {
	case "downcase", "lowercase", "lowcase":
		return strings.ToLower
	case "upcase", "uppercase":
		return upcase
	case "capitalize":
		return capitalizeWords
	case "trim", "strip":
		return func(s string) string { return strings.Trim(s, " \t\n\v\f\r\x00") }
	case "snakecase", "snake_case":
		return func(s string) string { return strings.ToLower(camelHump.ReplaceAllString(s, "${1}_${2}")) }
	case "camelcase", "camelCase":
		return func(s string) string {
			return afterUnderscore.ReplaceAllStringFunc(s, func(m string) string { return upcase(m[1:]) })
		}
	}
	panic("stdlib: no string procedure is named " + name)
}

var (
	camelHump       = regexp.MustCompile(`(\p{Ll})(\p{Lu})`)
	afterUnderscore = regexp.MustCompile(`_.`)
)

// mapStrings rewrites the strings in v.
func mapStrings(v value.Value, rewrite func(string) string) value.Value {
	switch v.Kind() {
	case value.KindString:
		return value.String(rewrite(v.AsString()))
	case value.KindList:
		vs := make([]value.Value, v.AsList().Len())
		for i, e := range v.AsList().All() {
			vs[i] = mapStrings(e, rewrite)
		}
		return value.NewList(vs...)
	case value.KindObject:
		members := make([]value.Member, v.AsObject().Len())
		for i, m := range v.AsObject().Members() {
			members[i] = value.Member{Key: m.Key, Value: mapStrings(m.Value, rewrite)}
		}
		return value.NewObject(members...)
	}
	return v
}

// upcase knows of the sharp s, whose capital is two letters.
func upcase(s string) string {
	return strings.ReplaceAll(strings.ToUpper(s), "ß", "SS")
}

// capitalizeFirst makes the first letter a capital, and the others small.
func capitalizeFirst(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return upcase(s[:size]) + strings.ToLower(s[size:])
}

// capitalizeWords makes the first letter of each word a capital. A word is a
// run of letters, digits and underscores.
func capitalizeWords(s string) string {
	within := false
	return strings.Map(func(r rune) rune {
		starts := !within
		within = r == '_' || unicode.In(r, unicode.L, unicode.M, unicode.Nd, unicode.Pc)
		if starts {
			return unicode.ToTitle(r)
		}
		return r
	}, s)
}
