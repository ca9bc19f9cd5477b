// Florc runs, checks and documents flows.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
)

//go:generate go run . doc --write ../../docs

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// A second Ctrl-C ends the process at once.
	context.AfterFunc(ctx, stop)
	os.Exit(run(ctx, os.Args[1:], terminalStreams()))
}
