package check

import "github.com/florc-lang/florc/lang/diag"

const (
	codeHead      diag.Code = "FLO0301"
	codeName      diag.Code = "FLO0302"
	codeAttribute diag.Code = "FLO0303"
	codeArgument  diag.Code = "FLO0304"
	codeReturn    diag.Code = "FLO0305"
	codeJump      diag.Code = "FLO0306"
	codeDuration  diag.Code = "FLO0307"
	codeRegex     diag.Code = "FLO0308"
	codeTarget    diag.Code = "FLO0309"
	codeLayout    diag.Code = "FLO0310"
	codeChildren  diag.Code = "FLO0311"
	codeMuted     diag.Code = "FLO0312"
	codeHidden    diag.Code = "FLO0313"

	codeUnusedIgnore diag.Code = "FLO0391"
	codeBadIgnore    diag.Code = "FLO0392"
)

// Pages explains the codes of this package.
func Pages() []diag.Page {
	return []diag.Page{
		{
			Code:  codeHead,
			Title: "a head that nobody knows",
			Why:   "A line starts with what it does: a procedure, a function, or a tasker. Nothing of this name is known. It may be a tasker that the runtime knows and the checker does not: name it to the checker then. Otherwise the line fails when it is reached.",
			Bad:   "set l []\npsuh l 1\n",
			Good:  "set l []\npush l 1\n",
		},
		{
			Code:  codeName,
			Title: "a name that stands for nothing",
			Why:   "A name without quotes stands for what a variable holds, for a function or for a procedure. Nothing in the file sets a variable of this name that would be seen here, so that the line fails when it is reached. Text stands in quotes. What is set in a function, or beneath `vars:`, is seen there only.",
			Bad:   "set count 1\ncuont + 1\n",
			Good:  "set count 1\ncount + 1\n",
		},
		{
			Code:  codeAttribute,
			Title: "an attribute with a misspelt name",
			Why:   "A procedure does not look at attributes that it does not know. This one is so much like one of its own that it will have been meant.",
			Bad:   "sequence timout: '1h'\n  stall _\n",
			Good:  "sequence timeout: '1h'\n  stall _\n",
		},
		{
			Code:  codeArgument,
			Title: "an argument is missing",
			Why:   "The procedure can't do without this argument and fails when the line is reached.",
			Bad:   "sleep _\n",
			Good:  "sleep '2h'\n",
		},
		{
			Code:  codeReturn,
			Title: "return outside of a function",
			Why:   "`return` ends the call of the function that it stands in. Here it stands in none, and fails. The last value of a flow is its result as it is.",
			Bad:   "sequence\n  return 1\n",
			Good:  "define one\n  return 1\none _\n",
		},
		{
			Code:  codeJump,
			Title: "break, continue or move outside of a loop",
			Why:   "`break` and `continue` are about the loop that they stand in, `move` is about a cursor. Outside of any, the first two do nothing and `move` fails. A loop in another branch is named by its tag, with `ref:`.",
			Bad:   "set i 0\nbreak _ if i > 3\n",
			Good:  "set i 0\nloop\n  set i (i + 1)\n  break _ if i > 3\n",
		},
		{
			Code:  codeDuration,
			Title: "a duration that can't be read",
			Why:   "A duration is a number of seconds, or a text with units: `y` years, `M` months, `w` weeks, `d` days, `h` hours, `m` minutes, `s` seconds. Words and ISO 8601 are read as well.",
			Bad:   "sleep '2 fortnights'\n",
			Good:  "sleep '4 weeks'\n",
		},
		{
			Code:  codeRegex,
			Title: "a regular expression that can't be compiled",
			Why:   "Regular expressions are Go's, which take time in proportion to the text and no more. They have no look-around and no back-references.",
			Bad:   "match? 'abab' r/(ab)\\1/\n",
			Good:  "match? 'abab' r/(ab){2}/\n",
		},
		{
			Code:  codeTarget,
			Title: "a move to where nothing is",
			Why:   "`move` looks for its target among the lines directly beneath the cursor: a tag, a string, the name of a head, or a line `_ name`. None is called so, and the move fails.",
			Bad:   "cursor\n  move to: 'edn'\n  trace 'never'\n  trace 'there' tag: 'end'\n",
			Good:  "cursor\n  move to: 'end'\n  trace 'never'\n  trace 'there' tag: 'end'\n",
		},
		{
			Code:  codeLayout,
			Title: "a line that stands beside the others",
			Why:   "Indentation says what is nested in what. This line is a column or so beside the lines that it seems to belong with, and is nested in another line than it looks like.",
			Bad:   "set l []\nsequence\n  push l 1\n   push l 2\n  push l 3\n",
			Good:  "set l []\nsequence\n  push l 1\n  push l 2\n  push l 3\n",
		},
		{
			Code:  codeChildren,
			Title: "lines that are never run",
			Why:   "These lines are nested in one that does not look at what is nested in it.",
			Bad:   "stall _\n  trace 'a'\n",
			Good:  "trace 'a'\nstall _\n",
		},
		{
			Code:  codeMuted,
			Title: "a name in a string that stands for nothing",
			Why:   "Within `$(…)` a name that stands for nothing gives an empty text, and no failure. This one is but one letter away from a variable.",
			Bad:   "set customer 'Ann'\n\"Dear $(custmer),\"\n",
			Good:  "set customer 'Ann'\n\"Dear $(customer),\"\n",
		},
		{
			Code:  codeHidden,
			Title: "a parameter that a path does not reach",
			Why:   "Some names have a meaning of their own at the start of a path: `f`, `fld` and `field` stand for the payload, `v`, `var` and `variable` for the variables, `t` and `tag` for tags, `node`, `exe` and `execution` for what runs. A parameter of that name can be used alone, but a path that starts with it goes elsewhere.",
			Bad:   "map [ { n: 1 } ] (def v \\ v.n)\n",
			Good:  "map [ { n: 1 } ] (def elt \\ elt.n)\n",
		},
		{
			Code:  codeUnusedIgnore,
			Title: "a comment that ignores nothing",
			Why:   "A comment `# florc:ignore[CODE]` sets findings aside: on its line, or on the line after it where it stands alone; `florc:ignore-block` in all that is nested in that line too, `florc:ignore-file` in the file. This one names a code of which there is no finding. Left there, it would hide the next mistake.",
			Bad:   "stall _ # florc:ignore[FLO0301] the archive is known at run time\n",
			Good:  "archive 'all' # florc:ignore[FLO0301] the archive is known at run time\n",
		},
		{
			Code:  codeBadIgnore,
			Title: "a comment that ignores what can't be ignored",
			Why:   "`# florc:ignore[FLO0301, FLO0302] why` names the codes of rules. This one names none, or one that is no rule's. What does not parse can't be ignored.",
			Bad:   "stall _ # florc:ignore until it is cancelled\n",
			Good:  "stall _ # until it is cancelled\n",
		},
	}
}
