package stdlib

import "testing"

func TestStrings(t *testing.T) {
	testCalls(t, []call{
		{name: "downcase", args: `["NADA", "HELLO"]`, want: `"hello"`},
		{name: "lowcase", ret: `"ÉCOLE"`, want: `"école"`},
		{name: "lowercase", args: `[["A", {"B": "C"}, 1, null]]`, want: `["a",{"B":"c"},1,null]`},
		{name: "upcase", args: `[null]`, ret: `"a"`, want: `"A"`},
		{name: "uppercase", args: `["straße"]`, want: `"STRASSE"`},
		{name: "upcase", args: `[1]`, want: `1`},
		{name: "downcase", args: `["NADA"]`, keyed: `{"cap": true}`, want: `"Nada"`},
		{name: "upcase", args: `[["abc", ""]]`, keyed: `{"capitalize": 1}`, want: `["Abc",""]`},
		{name: "upcase", args: `["abc"]`, keyed: `{"cap": false}`, want: `"ABC"`},
		{name: "capitalize", args: `["banana x2y élan don't"]`, want: `"Banana X2y Élan Don'T"`},
		{name: "trim", args: `[" \t\u0000orly \n"]`, want: `"orly"`},
		{name: "strip", ret: `" orly "`, keyed: `{"cap": 1}`, want: `"Orly"`},
		{name: "snakecase", args: `["OnBoard or OffLine ABTest"]`, want: `"on_board or off_line abtest"`},
		{name: "snake_case", args: `["été1ÉTÉ éÉ"]`, want: `"été1été é_é"`},
		{name: "camelcase", args: `["on_line or a__b_c_"]`, want: `"onLine or a_bC_"`},
		{name: "camelCase", args: `["_x_é"]`, want: `"XÉ"`},
	})
}

func TestMatchr(t *testing.T) {
	testCalls(t, []call{
		{name: "matchr", args: `["stuff", "r/s(tu)(f*)/"]`, want: `["stuff","tu","ff"]`},
		{name: "matchr", args: `["r/(x)?u/", "stuff"]`, want: `["u",null]`},
		{name: "matchr", args: `["alpha", "r/bravo/"]`, want: `[]`},
		{name: "matchr", args: `["stUff", "/stuff/i"]`, want: `["stUff"]`},
		{name: "match?", args: `["stuff", "^stuf*$"]`, want: `true`},
		{name: "match?", args: `["a", "a"]`, want: `true`},
		{name: "match?", args: `["moon"]`, ret: `"blue moon"`, want: `true`},
		{name: "match?", args: `["blue moon"]`, ret: `"r/x/"`, want: `false`},
		{name: "match?", args: `["room 101", 101]`, want: `true`},
		{name: "match?", args: `[null, "r/^$/"]`, want: `false`},
		{name: "matchr", args: `["r/^$/"]`, want: `[]`},
		{name: "pmatch", args: `["string", "r/^str(.+)$/"]`, want: `"ing"`},
		{name: "pmatch", args: `["string", "r/^str(?:.+)$/"]`, want: `"string"`},
		{name: "pmatch", args: `["string", "r/(x)?str/"]`, want: `"str"`},
		{name: "pmatch", args: `["sutoringu", "r/^str/"]`, want: `""`},
		{name: "match?", ret: `"a"`, err: "'match?' needs 1 or 2 arguments"},
		{name: "match?", args: `["abc", null]`, err: "null is no regular expression"},
		{name: "matchr", args: `[1, "a"]`, err: `"matchr" matches strings, not a number`},
		{name: "pmatch", args: `["a", "(a"]`, err: "a parenthesis is not closed"},
	})
}

func TestSplit(t *testing.T) {
	testCalls(t, []call{
		{name: "split", args: `["ab cd\t ef"]`, want: `["ab","cd","ef"]`},
		{name: "split", args: `[" a b "]`, want: `["","a","b"]`},
		{name: "split", args: `[" a  b ", " "]`, want: `["a","b"]`},
		{name: "split", args: `["a,b,,c,,", ","]`, want: `["a","b","","c"]`},
		{name: "split", args: `["r/,/"]`, ret: `"ab,cd"`, want: `["ab","cd"]`},
		{name: "split", args: `["a,b"]`, ret: `"r/,/"`, want: `["a","b"]`},
		{name: "split", args: `["a b"]`, ret: `" "`, want: `["a","b"]`},
		{name: "split", args: `["|"]`, ret: `"ab|cd"`, want: `["|"]`},
		{name: "split", args: `["a1b22c", "r/([0-9])/"]`, want: `["a","1","b","2","","2","c"]`},
		{name: "split", args: `["aéb", ""]`, want: `["a","é","b"]`},
		{name: "split", args: `["aéb", "r/(x)?/"]`, want: `["a","é","b"]`},
		{name: "split", args: `["a,b", "r/,?/"]`, want: `["a","b"]`},
		{name: "split", args: `["", ","]`, want: `[]`},
		{name: "split", args: `[",", ","]`, want: `[]`},
		{name: "split", args: `[1]`, ret: `2`, err: "found no string to split"},
		{name: "split", args: `["r/,/"]`, err: "found no string to split"},
	})
}
