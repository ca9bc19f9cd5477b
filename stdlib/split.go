package stdlib

import (
	"regexp"
	"strings"

	"github.com/florc-lang/florc/lang/sig"
	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/vm"
)

var split = &vm.Procedure{
	Sig: sig.Proc{
		Names: []string{"split"},
		Group: sig.Strings,
		Doc: "Cuts a string into pieces, at each place where a separator stands.\n\n" +
			"The separator is a string, or a regular expression; left out, it is any run of white space. A single space `' '` as separator leaves white space in front out too, and an empty string cuts between all characters. What the groups of a regular expression catch is kept, between the pieces. Empty pieces at the end are dropped.",
		Args: []sig.Arg{
			{Name: "string", Type: sig.String, Optional: true, Doc: "What to cut: the first string among the arguments, or `f.ret`."},
			{Name: "separator", Type: sig.Any, Optional: true, Doc: "Where to cut: a regular expression, or a second string."},
		},
		Body:       sig.Arguments,
		Result:     "The pieces.",
		ResultType: sig.Array,
		Examples: []sig.Example{
			{Title: "Words", Source: "split 'ab cd  ef'", Ret: `["ab","cd","ef"]`},
			{Title: "At a string", Source: "split 'a,b,,c,,' ','", Ret: `["a","b","","c"]`},
			{Title: "At an expression, from f.ret", Source: "'ab, cd;ef'\nsplit r/[,;] */", Ret: `["ab","cd","ef"]`},
			{Title: "Keeping the separators", Source: "split '1+2-3' r/([+-])/", Ret: `["1","+","2","-","3"]`},
			{Title: "Nothing to cut", Source: "split 1", Error: "found no string to split"},
		},
		SeeAlso: []string{"matchr", "slice", "+"},
	},
	KeyedFirst: true,
	Call: func(a *vm.Args) (value.Value, error) {
		var text, separator value.Value
		for _, v := range a.Rets {
			switch {
			case v.IsString() && text.IsNull():
				text = v
			case (v.IsString() || v.Kind() == value.KindRegex) && separator.IsNull():
				separator = v
			}
		}
		// f.ret is what is missing; but a string that happens to be there is
		// no separator.
		switch {
		case text.IsNull() && a.Ret.IsString():
			text = a.Ret
		case separator.IsNull() && a.Ret.Kind() == value.KindRegex:
			separator = a.Ret
		}
		if text.IsNull() {
			return value.Null, vm.BadArgument("give it a string", "found no string to split")
		}
		pieces, err := splitText(text.AsString(), separator)
		if err != nil {
			return value.Null, err
		}
		vs := make([]value.Value, len(pieces))
		for i, p := range pieces {
			vs[i] = value.String(p)
		}
		return value.NewList(vs...), nil
	},
}

var whiteSpace = regexp.MustCompile(`[\s\v]+`)

// splitText cuts a text at a separator: a string, a regular expression, or
// null for white space.
func splitText(text string, separator value.Value) ([]string, error) {
	var pieces []string
	switch {
	case text == "":
	case separator.IsNull():
		pieces = splitAt(text, whiteSpace)
	case !separator.IsString():
		re, err := toRegexp(separator)
		if err != nil {
			return nil, err
		}
		pieces = splitAt(text, re)
	case separator.AsString() == " ":
		pieces = strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(" \t\n\v\f\r\x00", r) })
	default:
		pieces = strings.Split(text, separator.AsString())
	}
	for len(pieces) > 0 && pieces[len(pieces)-1] == "" {
		pieces = pieces[:len(pieces)-1]
	}
	if len(pieces) > maxElements {
		return nil, errTooManyElements("split")
	}
	return pieces, nil
}

// splitAt cuts a text that is not empty at each match, and puts between the
// pieces what the match's groups caught. A match of nothing cuts between two
// characters.
func splitAt(text string, re *regexp.Regexp) []string {
	var pieces []string
	done := 0
	for _, m := range re.FindAllStringSubmatchIndex(text, -1) {
		if m[0] == m[1] && (m[0] == done || m[0] == len(text)) {
			continue
		}
		pieces = append(pieces, text[done:m[0]])
		done = m[1]
		for g := 2; g < len(m); g += 2 {
			if m[g] >= 0 {
				pieces = append(pieces, text[m[g]:m[g+1]])
			}
		}
	}
	return append(pieces, text[done:])
}
