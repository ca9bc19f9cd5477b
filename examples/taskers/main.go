// Command taskers does the tasks of the example flows. It reads one task, as
// JSON, from standard input and writes the new payload to standard output:
//
//	florc run --tasker bank='go run ./examples/taskers' …
//
// The task says who is asked, so that one program can play every part.
package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"

	"github.com/florc-lang/florc/examples/staff"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := staff.Serve(ctx, os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "taskers:", err)
		stop()
		os.Exit(1)
	}
}
