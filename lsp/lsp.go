// Package lsp is the language server: it speaks the Language Server Protocol
// 3.17 with an editor, and knows nothing of the language itself. What an
// answer says comes from lsp/feature, lang/check and lang/format; here it is
// put into the words of the protocol.
//
// A Server serves one connection. Notifications are taken one after the
// other, in the order in which they come, and each makes a new snapshot of all
// that is known. A request is answered from the snapshot of the moment at
// which it came, beside others; an answer that its document has outrun is not
// given.
package lsp

import (
	"context"
	"errors"
	"log/slog"

	"go.lsp.dev/jsonrpc2"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/parser"
	"github.com/florc-lang/florc/lang/sig"
)

// Options says how to serve. The zero value of each field stands for its
// default.
type Options struct {
	// Schema is what every definition may rely on: the standard library.
	Schema sig.Schema
	// Parser bounds what is accepted.
	Parser parser.Options
	// Version is the version that the editor is told.
	Version string
	// CodeLink returns the address of the page about a code, "" for none.
	// Default: none has one.
	CodeLink func(diag.Code) string
	// GarbageRoom is how many bytes of garbage may pile up in the process before
	// it is collected, so that typing is seldom held up by that. Default: the
	// collector's pace is left as it is.
	GarbageRoom int
	// Log receives what goes wrong, and is given to the editor too. Default:
	// slog.Default().
	Log *slog.Logger
}

// ErrNoShutdown tells that the editor left, or told the server to leave,
// without having shut it down.
var ErrNoShutdown = errors.New("the editor left without shutting the server down")

// Serve serves one editor until it leaves, or outer is done. It closes the
// transport. The error is nil where the editor took its leave properly, or
// outer is done.
func Serve(outer context.Context, t Transport, opts Options) error {
	ctx, stop := context.WithCancel(outer)
	defer stop()
	s := newServer(ctx, stop, opts)
	messages := &messages{t: t}
	s.conn = jsonrpc2.NewConn(messages, jsonrpc2.WithCodec(codec{}))
	s.conn.Go(ctx, s.handle)
	select {
	case <-ctx.Done():
		messages.Close() // or the reader would wait for the editor
		<-s.conn.Done()
	case <-s.conn.Done():
	}
	stop()
	s.background.Wait()
	if s.state.Load() == stateDown || outer.Err() != nil {
		return nil
	}
	if err := s.conn.Err(); err != nil {
		return err
	}
	return ErrNoShutdown
}

func (o *Options) logger() *slog.Logger {
	if o.Log == nil {
		return slog.Default()
	}
	return o.Log
}
