package lsp

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// The states of a server.
const (
	stateNew int32 = iota
	stateUp
	stateDown // shut down; only exit may follow
)

// Server serves one connection.
type Server struct {
	opts   Options
	conn   jsonrpc2.Conn
	log    *slog.Logger
	ctx    context.Context // of the connection
	stop   context.CancelFunc
	state  atomic.Int32
	client client // what the editor can do; set by initialize

	// current is what is known now. Only notifications, and initialize,
	// replace it: one at a time.
	current atomic.Pointer[snapshot]

	// slots bounds how many requests are worked on at a time.
	slots chan struct{}

	mu      sync.Mutex
	cancels map[jsonrpc2.ID]context.CancelCauseFunc // of the requests under way
	// told is what the editor knows of the tokens of open documents, in
	// answers that have been numbered.
	told       map[string]lastTokens
	tokenCount int

	push       *pusher
	background sync.WaitGroup
}

func newServer(ctx context.Context, stop context.CancelFunc, opts Options) *Server {
	s := &Server{
		opts: opts, ctx: ctx, stop: stop, cancels: map[jsonrpc2.ID]context.CancelCauseFunc{}, told: map[string]lastTokens{},
		slots: make(chan struct{}, max(2, runtime.GOMAXPROCS(0))),
	}
	s.log = slog.New(&logHandler{Handler: s.opts.logger().Handler(), server: s})
	s.current.Store(newSnapshot(&s.opts))
	s.push = newPusher(s)
	return s
}

// handle takes what comes from the editor. It runs where messages are read, so
// that notifications are taken in order; a request leaves as soon as it has
// its snapshot.
func (s *Server) handle(ctx context.Context, req *jsonrpc2.Request) (result any, err error) {
	if !req.IsCall() {
		s.notification(req)
		return nil, nil // an error would end the connection
	}
	defer s.recover(req.Method(), &err)
	if err := s.admits(req.Method()); err != nil {
		return nil, err
	}
	switch req.Method() {
	case protocol.MethodInitialize:
		return s.initialize(req.Params())
	case protocol.MethodShutdown:
		s.state.Store(stateDown)
		return nil, nil
	}
	answer := requests[req.Method()]
	if answer == nil {
		return nil, jsonrpc2.Errorf(jsonrpc2.MethodNotFound, "there is no method %q here", req.Method())
	}
	q := &query{Server: s, snapshot: s.current.Load()}
	defer q.done()
	inner, cancel := context.WithCancelCause(ctx)
	s.mu.Lock()
	s.cancels[req.ID()] = cancel
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.cancels, req.ID())
		s.mu.Unlock()
		cancel(nil)
	}()
	jsonrpc2.Async(ctx)
	q.ctx = inner
	result, err = answer(q, req.Params())
	switch {
	case errors.Is(context.Cause(inner), errCancelled):
		return nil, protocol.ErrRequestCancelled
	case q.superseded():
		return nil, protocol.ErrContentModified
	}
	return result, err
}

// errCancelled is why a request ends that the editor cancelled.
var errCancelled = errors.New("cancelled by the editor")

// admits tells whether a request may come now.
func (s *Server) admits(method string) error {
	switch state := s.state.Load(); {
	case state == stateDown:
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the server is shut down")
	case state == stateNew && method != protocol.MethodInitialize:
		return jsonrpc2.NewError(jsonrpc2.ServerNotInitialized, "the first request has to be initialize")
	case state == stateUp && method == protocol.MethodInitialize:
		return jsonrpc2.NewError(jsonrpc2.InvalidRequest, "the server is initialized already")
	}
	return nil
}

// notification takes a notification. What is wrong with it is logged.
func (s *Server) notification(req *jsonrpc2.Request) {
	var err error
	defer func() {
		if err != nil {
			s.log.Error("a notification was not understood", "method", req.Method(), "error", err)
		}
	}()
	defer s.recover(req.Method(), &err)
	if req.Method() == protocol.MethodExit {
		s.exit()
		return
	}
	take := notifications[req.Method()]
	if take == nil || s.state.Load() != stateUp {
		return
	}
	err = take(s, req.Params())
}

// exit ends the connection.
func (s *Server) exit() { s.stop() }

// recover makes an error of a panic, which is a bug of the server. The session
// goes on.
func (s *Server) recover(method string, err *error) {
	if r := recover(); r != nil {
		s.log.Error("the language server has a bug", "method", method, "panic", fmt.Sprint(r), "stack", string(debug.Stack()))
		*err = jsonrpc2.Errorf(jsonrpc2.InternalError, "the language server has a bug: %v", r)
	}
}

// cancel ends a request that is under way.
func (s *Server) cancel(p *protocol.CancelParams) error {
	var id jsonrpc2.ID
	switch x := p.ID.(type) {
	case protocol.Integer:
		id = jsonrpc2.NewNumberID(int64(x))
	case protocol.String:
		id = jsonrpc2.NewStringID(string(x))
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if cancel := s.cancels[id]; cancel != nil {
		cancel(errCancelled)
	}
	return nil
}

// go runs something in the background of the connection. A panic in it ends
// it, and is logged.
func (s *Server) goDo(what string, f func()) {
	s.background.Go(func() {
		var err error
		defer s.recover(what, &err)
		f()
	})
}
