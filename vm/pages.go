package vm

import "github.com/florc-lang/florc/lang/diag"

// Pages explains the codes of the errors that executions meet.
func Pages() []diag.Page {
	return []diag.Page{
		{
			Code:  errUnknownName.code,
			Title: "a name that stands for nothing",
			Why:   "A name without quotes stands for what a variable holds, for a function, a procedure or a tasker. When the line was reached, nothing of this name was in sight. What is set in a function, or below `vars:`, is seen there only. Text stands in quotes.",
			Bad:   "set count 1\ncuont + 1\n",
			Good:  "set count 1\ncount + 1\n",
		},
		{
			Code:  errNotCallable.code,
			Title: "a head that cannot be called",
			Why:   "A line starts with what it does: a procedure, a function or a tasker. When the line was reached, nothing of this name was known, or what the name stood for was null. A tasker has to be known to the runtime that works the execution.",
			Bad:   "concurence\n  trace 'a'\n  trace 'b'\n",
			Good:  "concurrence\n  trace 'a'\n  trace 'b'\n",
		},
		{
			Code:  errNoVariable.code,
			Title: "a variable, or a part of one, that is not there",
			Why:   "A path such as `order.customer.name` leads through what a variable holds. It may end at a key that is not there, which gives null; but the variable, and all that comes before the last key, have to be there.",
			Bad:   "set order {}\norder.customer.name\n",
			Good:  "set order { customer: {} }\norder.customer.name\n",
		},
		{
			Code:  errNoKey.code,
			Title: "a key of something that has no keys",
			Why:   "A path leads through objects, by their keys, and through arrays, by their indexes. Here it leads into a number, a string or the like, or asks an array for a key.",
			Bad:   "set age 42\nage.years + 1\n",
			Good:  "set age { years: 42 }\nage.years + 1\n",
		},
		{
			Code:  errCannotSet.code,
			Title: "a place that cannot be set",
			Why:   "Setting a part of a variable or of a field needs the object or the array that it goes into: those on the way are not made.",
			Bad:   "set f.order.customer 'Bob'\n",
			Good:  "set f.order {}\nset f.order.customer 'Bob'\n",
		},
		{
			Code:  errArgument.code,
			Title: "an argument that is missing or makes no sense",
			Why:   "A procedure was not given what it needs, or was given something that it can make nothing of. `florc doc NAME` says what it takes.",
			Bad:   "set count 1\npush count 2\n",
			Good:  "set count []\npush count 2\n",
		},
		{
			Code:  errType.code,
			Title: "values that do not go together",
			Why:   "An operator or a procedure was given a value of a type that it cannot work with, as in adding a string to a number. Where the value is null, look for a field that was never set.",
			Bad:   "42 + 'bob'\n",
			Good:  "'bob' + 42\n",
		},
		{
			Code:  errCompare.code,
			Title: "values that have no order",
			Why:   "Numbers are compared with numbers and strings with strings. Any two values can be tested for equality.",
			Bad:   "set age '42'\nage > 18\n",
			Good:  "set age 42\nage > 18\n",
		},
		{
			Code:  errZeroDivision.code,
			Title: "a division by zero",
			Why:   "A number was divided by zero, or the remainder of such a division was asked for.",
			Bad:   "set orders []\n100 / (length orders)\n",
			Good:  "set orders []\nif (length orders) > 0\n  100 / (length orders)\n",
		},
		{
			Code:  errFail.code,
			Title: "a failure that the flow asked for",
			Why:   "The flow failed with `fail`, and nothing around it handles errors. The message is the flow's own.",
			Bad:   "fail 'not enough flour'\n",
			Good:  "sequence on_error: (def msg err \\ trace err.msg)\n  fail 'not enough flour'\n",
		},
		{
			Code:  errReturn.code,
			Title: "a return outside of a function",
			Why:   "`return` ends the call of a function, and here none is under way.",
			Bad:   "return 1\n",
			Good:  "define one\n  return 1\none _\n",
		},
		{
			Code:  errTarget.code,
			Title: "a move to nowhere",
			Why:   "`move` jumps to another child of the cursor that it stands in, which it names by its tag, its head or its text. No child of this cursor has that name.",
			Bad:   "cursor\n  move to: 'end'\n  trace 'skipped'\n",
			Good:  "cursor\n  move to: 'end'\n  trace 'skipped'\n  trace 'over' tag: 'end'\n",
		},
		{
			Code:  errRegex.code,
			Title: "a regular expression that cannot be read",
			Why:   "Regular expressions are Go's, which take a time that is linear in the text. They have neither look-around nor back-references.",
			Bad:   "match? 'hello', r/(hello/\n",
			Good:  "match? 'hello', r/(hello)/\n",
		},
		{
			Code:  errLimit.code,
			Title: "a limit was reached",
			Why:   "No flow may take a machine down: an execution has bounds for how many of its nodes are alive at a time, how deep functions call each other, and how much its payload and variables hold. The message names the one that was reached. The usual cause is a recursion, or a list that grows in a loop, without end. The bounds are part of the runtime's configuration.",
			Bad:   "define count x\n  count (x + 1)\ncount 1\n",
			Good:  "define count x\n  count (x + 1) if x < 10\ncount 1\n",
		},
		{
			Code:  errTasker.code,
			Title: "a tasker that failed",
			Why:   "The tasker that was given a task returned an error, or there is no tasker of that name. `florc run --tasker NAME=COMMAND` names one. An `on_error` around the task lets the flow deal with it.",
		},
		{
			Code:  errNoTimer.code,
			Title: "a duration that cannot be read",
			Why:   "Durations are numbers of seconds, or strings such as `'10s'`, `'1h30m'`, `'2 days and 1 hour'` or `'P1DT2H'`.",
			Bad:   "sleep 'two fortnights'\n",
			Good:  "sleep '0.01s'\n",
		},
	}
}
