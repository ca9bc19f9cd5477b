package parser

import (
	"strings"

	"github.com/florc-lang/florc/lang/diag"
)

const (
	codeUnexpected      diag.Code = "FLO0001"
	codeUnclosedBracket diag.Code = "FLO0002"
	codeUnclosedString  diag.Code = "FLO0003"
	codeEscape          diag.Code = "FLO0004"
	codeStrayBracket    diag.Code = "FLO0005"
	codeNumber          diag.Code = "FLO0006"
	codePostfix         diag.Code = "FLO0007"
	codeCharacter       diag.Code = "FLO0008"
	codeEncoding        diag.Code = "FLO0009"
	codeTooDeep         diag.Code = "FLO0010"
	codeTooLong         diag.Code = "FLO0011"
	codeTooLarge        diag.Code = "FLO0012"
	codeTooMany         diag.Code = "FLO0013"
)

// Pages explains the codes of this package.
func Pages() []diag.Page {
	return []diag.Page{
		{
			Code:  codeUnexpected,
			Title: "something else is expected here",
			Why:   "The line stops making sense at this place; the message says what could stand there. Only this line is affected: the lines around it are read as if it were well.",
			Bad:   "push f.l 1 +, 2\ntask 'bob' due:\n",
			Good:  "push f.l 1 + 2\ntask 'bob' due: now\n",
		},
		{
			Code:  codeUnclosedBracket,
			Title: "a bracket that is never closed",
			Why:   "A parenthesis, bracket or brace is opened and nothing closes it. Reading goes on with the next line.",
			Bad:   "push f.l (+ 1 2\npush f.l 3\n",
			Good:  "push f.l (+ 1 2)\npush f.l 3\n",
		},
		{
			Code:  codeUnclosedString,
			Title: "a string or regular expression that is not closed",
			Why:   "A string ends on the line it starts on, with the quote it starts with. Text of several lines stands between three quotes, `'''` or `\"\"\"`.",
			Bad:   "task 'bob\n",
			Good:  "task 'bob'\n",
		},
		{
			Code:  codeEscape,
			Title: "an unknown escape in a string",
			Why:   "In a string a backslash starts an escape: `\\'` `\\\"` `\\\\` `\\/` `\\$` `\\b` `\\f` `\\n` `\\r` `\\t`, or `\\u` and four hexadecimal digits. A backslash itself is written `\\\\`.",
			Bad:   `set path 'c:\dir'` + "\n",
			Good:  `set path 'c:\\dir'` + "\n",
		},
		{
			Code:  codeStrayBracket,
			Title: "a closing bracket that closes nothing",
			Why:   "A closing bracket stands where none is open, or where another kind is.",
			Bad:   "push f.l (+ 1 2))\n",
			Good:  "push f.l (+ 1 2)\n",
		},
		{
			Code:  codeNumber,
			Title: "a number that is too large",
			Why:   "Integers may have up to 10,000 digits. Numbers with a point or an exponent are 64-bit floats, the largest of which is about 1.8e308.",
			Bad:   "set a 1e999\n",
			Good:  "set a 1e300\n",
		},
		{
			Code:  codePostfix,
			Title: "a postfix if or unless that can't be understood",
			Why:   "At the end of a line, `if` or `unless` and a condition make the line conditional. The condition must be there, and keyed attributes of the line come before the `if`: after it, it could not be told whose they are.",
			Bad:   "task 'bob' if f.ok timeout: '2h'\n",
			Good:  "task 'bob' timeout: '2h' if f.ok\n",
		},
		{
			Code:  codeCharacter,
			Title: "a control character",
			Why:   "Control characters other than tabs and line ends can't be seen and are hardly meant. In strings they are written as escapes.",
			Bad:   "task \x01'bob'\n",
			Good:  "task 'bob\\u0001'\n",
		},
		{
			Code:  codeEncoding,
			Title: "bytes that are no text",
			Why:   "A definition is text in UTF-8, without NUL bytes.",
			Bad:   "task '\xff'\n",
			Good:  "task 'é'\n",
		},
		{
			Code:  codeTooDeep,
			Title: "nested too deep",
			Why:   "Brackets, expressions and lines nest only so deep, 500 levels by default, so that no text can exhaust the machine that reads it.",
			Bad:   "set a " + strings.Repeat("(", 501) + "1" + strings.Repeat(")", 501) + "\n",
			Good:  "set a (1)\n",
		},
		{
			Code:  codeTooLong,
			Title: "a line that is too long",
			Why:   "A logical line holds 1 MiB by default. Data of that size belongs in a payload or a file, not in a definition.",
			Bad:   "set a '" + strings.Repeat("a", 1<<20) + "'\n",
			Good:  "set a 'a'\n",
		},
		{
			Code:  codeTooLarge,
			Title: "a file that is too large",
			Why:   "A definition holds 16 MiB by default.",
		},
		{
			Code:  codeTooMany,
			Title: "too many errors",
			Why:   "After 10,000 errors in one file the rest of it is not read.",
		},
	}
}
