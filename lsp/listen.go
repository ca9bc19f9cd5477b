package lsp

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"

	"github.com/coder/websocket"
)

// Listener serves editors that live in a browser, over WebSockets on the
// loopback interface. Each connection has a server of its own.
type Listener struct {
	opts  Options
	net   net.Listener
	token string
}

// Listen listens on an address, which has to be one of this machine alone:
// "127.0.0.1:0" takes a free port.
func Listen(address string, opts Options) (*Listener, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return nil, fmt.Errorf("%s is not an address of this machine alone, such as 127.0.0.1", host)
	}
	l, err := net.Listen("tcp", address)
	if err != nil {
		return nil, err
	}
	return &Listener{opts: opts, net: l, token: rand.Text()}, nil
}

// URL is the address to connect to. Whoever knows it may read the files of the
// folders that an editor may name: it has a secret in it.
func (l *Listener) URL() string { return "ws://" + l.net.Addr().String() + "/?token=" + l.token }

// Serve serves editors until ctx is done. Each message is a text message of
// the WebSocket, without a header.
func (l *Listener) Serve(ctx context.Context) error {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	var sessions sync.WaitGroup
	server := &http.Server{
		BaseContext: func(net.Listener) context.Context { return ctx },
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			sessions.Add(1)
			defer sessions.Done()
			l.accept(w, r)
		}),
	}
	context.AfterFunc(ctx, func() { server.Close() })
	err := server.Serve(l.net)
	stop()
	sessions.Wait()
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return err
}

// accept serves the editor that comes with a request, if it may come.
func (l *Listener) accept(w http.ResponseWriter, r *http.Request) {
	token := r.URL.Query().Get("token")
	switch {
	case r.URL.Path != "/":
		http.NotFound(w, r)
		return
	case subtle.ConstantTimeCompare([]byte(token), []byte(l.token)) != 1:
		http.Error(w, "the token is missing or wrong", http.StatusForbidden)
		return
	case !mayCome(r.Header.Get("Origin")):
		http.Error(w, "pages from there may not connect", http.StatusForbidden)
		return
	}
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true}) // the origin is checked
	if err != nil {
		return // the client has been told
	}
	conn.SetReadLimit(maxMessageBytes)
	if err := Serve(r.Context(), &socket{ctx: r.Context(), conn: conn}, l.opts); err != nil && r.Context().Err() == nil {
		l.opts.logger().Info("an editor left", "reason", err)
	}
}

// mayCome tells whether a page of some origin may connect: one from this
// machine, or of an editor. Programs that are no browsers send no origin.
func mayCome(origin string) bool {
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	switch u.Scheme {
	case "vscode-webview", "vscode-file":
		return true
	case "http", "https":
		host := u.Hostname()
		ip := net.ParseIP(host)
		return host == "localhost" || strings.HasSuffix(host, ".localhost") || ip != nil && ip.IsLoopback()
	}
	return false
}

// socket is the transport of a WebSocket.
type socket struct {
	ctx  context.Context
	conn *websocket.Conn
}

func (s *socket) Read() ([]byte, error) {
	_, body, err := s.conn.Read(s.ctx)
	switch websocket.CloseStatus(err) {
	case websocket.StatusNormalClosure, websocket.StatusGoingAway:
		return nil, io.EOF
	}
	return body, err
}

func (s *socket) Write(body []byte) error { return s.conn.Write(s.ctx, websocket.MessageText, body) }

func (s *socket) Close() error { return s.conn.CloseNow() }
