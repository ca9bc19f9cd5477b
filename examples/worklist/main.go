// The command worklist is a web application around a flow: people ask for
// purchases, see the tasks that are offered to them, claim and complete them.
// Everything is in a Badger store, so it goes on where it was stopped.
package main

import (
	"context"
	"embed"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/badgerstore"
	"github.com/florc-lang/florc/stdlib"
)

//go:embed flows templates
var files embed.FS

func main() {
	addr := flag.String("addr", "127.0.0.1:8080", "where to listen")
	dir := flag.String("store", "worklist.store", "the folder that keeps the executions")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := serve(ctx, *addr, *dir); err != nil {
		fmt.Fprintln(os.Stderr, "worklist:", err)
		os.Exit(1)
	}
}

// serve works the executions of a store, and serves their tasks, until the
// context ends.
func serve(ctx context.Context, addr, dir string) (err error) {
	store, err := badgerstore.Open(dir, badgerstore.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	r, err := runtime.New(runtime.Config{
		Store:   store,
		Library: stdlib.All(),
		// Whoever a flow names has a worklist.
		Fallback: runtime.Worklist,
		Logger:   slog.Default(),
	})
	if err != nil {
		return err
	}
	app, err := newApp(r)
	if err != nil {
		return err
	}
	if err := r.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, r.Stop(context.Background())) }()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		return err
	}
	server := &http.Server{Handler: app.handler(), ReadHeaderTimeout: 10 * time.Second}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	fmt.Printf("open http://%s\n", l.Addr())
	select {
	case err := <-ended:
		return err
	case <-ctx.Done():
		// What is being answered may end. Connections on which nothing was asked
		// (browsers open them beforehand) are closed then.
		grace, cancel := context.WithTimeout(context.Background(), 3*time.Second)
		defer cancel()
		if err := server.Shutdown(grace); !errors.Is(err, context.DeadlineExceeded) {
			return err
		}
		return server.Close()
	}
}
