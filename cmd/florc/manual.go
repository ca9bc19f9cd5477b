package main

import (
	"fmt"
	"strings"

	"github.com/spf13/pflag"
)

// markdownCommands is the page of the commands.
func markdownCommands(cs []command) string {
	var b strings.Builder
	b.WriteString(generatedNote + commandsIntro)
	b.WriteString("\n## The commands\n\n| command | does |\n| --- | --- |\n")
	for _, c := range cs {
		fmt.Fprintf(&b, "| [`florc %s`](#florc-%s) | %s |\n", c.name, strings.ReplaceAll(c.name, " ", "-"), c.summary)
	}
	for _, c := range cs {
		fmt.Fprintf(&b, "\n### florc %s\n\n%s\n\n    florc %s %s\n", c.name, strings.TrimSpace(c.long), c.name, c.usage)
		fs := pflag.NewFlagSet(c.name, pflag.ContinueOnError)
		fs.SortFlags = false
		c.setup(fs)
		if fs.HasFlags() {
			b.WriteString("\n| flag | |\n| --- | --- |\n")
		}
		fs.VisitAll(func(f *pflag.Flag) {
			kind, usage := pflag.UnquoteUsage(f)
			fmt.Fprintf(&b, "| `%s` | %s |\n", strings.TrimSpace("--"+f.Name+" "+kind), strings.ReplaceAll(usage, "|", `\|`))
		})
		fmt.Fprintf(&b, "\n```sh\n%s\n```\n", strings.TrimSpace(c.example))
	}
	return b.String()
}

const commandsIntro = `# Commands

Every command says more with ` + "`--help`" + `, takes ` + "`-`" + ` for standard input where it takes a file, and writes its results to standard output and everything else to standard error. Colours are for terminals only, and ` + "`NO_COLOR`" + ` turns them off. Where a program might read the output there is ` + "`--json`" + `; lists are arrays then.

Exit status: 0 done; 1 the work itself failed, as where an execution failed or a check found something; 2 bad usage, or input that could not be read.

## A tour

An order that waits until someone says that it is packed:

` + "```flor" + `
# order.flo
set f.packed false
task 'stock' 'pack'
# waits
` + "```" + `

One process works the store, in the folder ` + "`orders`" + `. The other commands find it there:

` + "```console" + `
$ florc work --store orders &
$ florc launch --store orders --payload '{"order": 12}' order.flo
main-u0-20261121.1844.bakidofunami
$ florc ps --store orders
EXID                                STATUS  LAUNCHED             NAME   WAITS FOR
main-u0-20261121.1844.bakidofunami  active  2026-11-21 18:44:59  order  task, line 3
$ florc tasks --store orders
EXID                                NODE  TASKER  TASK  STATE    LINE  PAYLOAD
main-u0-20261121.1844.bakidofunami  0_1   stock   pack  offered  3     {"order":12,"packed":false,"ret":"pack"}
$ florc return --store orders bakidofunami 0_1 --payload '{"order": 12, "packed": true}'
returned 0_1 of main-u0-20261121.1844.bakidofunami
$ florc wait --store orders bakidofunami
{"order": 12, "packed": true}
` + "```" + `

An id may be shortened to its beginning or its end, as long as that means one execution only.

In a terminal, with some more of them:

![The executions of a store: one has failed, one is paused, the others wait for tasks and for the morning](images/ps.svg)

![The tasks that are out, one of which alice has](images/tasks.svg)

![The timers that are set, when they are due, and why](images/timers.svg)

![An execution: its tree with what is done, live and waiting, the payload](images/show.svg)

## Stores

A store is a folder, named by ` + "`--store`" + ` or, for all commands but ` + "`florc run`" + `, by ` + "`FLORC_STORE`" + `. One process at a time has it open. The others reach that one through the socket ` + "`florc.sock`" + ` in the folder, which is the user's own; what a command does and says is the same either way. Where no process has the store open, a command opens it for as long as it takes.

Only ` + "`florc work`" + ` works executions for good. ` + "`florc run --store`" + `, ` + "`florc launch --wait`" + ` and ` + "`florc wait`" + ` work them meanwhile where nobody else does. Without a process that works the store, what is launched, returned or cancelled waits in it for the next one.

A store is encrypted where it was made with a key: ` + "`--key-file`" + ` or ` + "`FLORC_STORE_KEY_FILE`" + ` name the file of it.
`
