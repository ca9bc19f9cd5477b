// The command batch is a service that does the same work every night: it
// charges for parcels and sends them. A bank that is busy is asked again; what
// was done for a parcel that cannot be sent is taken back.
package main

import (
	"context"
	_ "embed"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/stdlib"
)

//go:embed flows/nightly.flo
var nightly string

func main() {
	every := flag.String("every", "day at two", "when: a time in words, or a duration")
	pause := flag.String("pause", "1m", "how long to wait before a busy service is asked again")
	dir := flag.String("store", "batch.store", "the folder that keeps the execution")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *dir, *every, *pause); err != nil {
		fmt.Fprintln(os.Stderr, "batch:", err)
		os.Exit(1)
	}
}

// serve works the execution in the store, which it launches the first time,
// until the context ends.
func serve(ctx context.Context, dir, every, pause string) (err error) {
	store, err := badgerstore.Open(dir, badgerstore.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	r, err := runtime.New(runtime.Config{Store: store, Library: stdlib.All(), Taskers: services, Logger: slog.Default()})
	if err != nil {
		return err
	}
	if err := r.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Stop(context.Background())) }()
	exid, err := theExecution(ctx, r, every, pause)
	if err != nil {
		return err
	}
	fmt.Println("working", exid)
	// It ends only if something goes wrong that the flow has no answer to.
	res, err := r.Wait(ctx, exid)
	switch {
	case ctx.Err() != nil:
		return nil
	case err != nil:
		return err
	case res.Error != nil:
		return res.Error
	}
	return errors.New("the execution has ended")
}

// theExecution finds the execution that is under way, or launches one.
func theExecution(ctx context.Context, r *runtime.Runtime, every, pause string) (string, error) {
	list, err := r.Executions(ctx, runtime.ListOptions{Status: runtime.Active, Limit: 1, Brief: true})
	if err != nil {
		return "", err
	}
	if len(list) > 0 {
		return list[0].Exid, nil
	}
	def, err := runtime.Parse("nightly.flo", nightly)
	if err != nil {
		return "", err
	}
	payload := value.NewObject(
		value.Member{Key: "every", Value: value.String(every)},
		value.Member{Key: "pause", Value: value.String(pause)})
	return r.Launch(ctx, def, runtime.LaunchOptions{Payload: payload})
}
