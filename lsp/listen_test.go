package lsp_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/florc-lang/florc/lsp"
)

// TestListen checks that an editor in a browser is served over a WebSocket,
// and who may not come.
func TestListen(t *testing.T) {
	l, err := lsp.Listen("127.0.0.1:0", lsp.Options{Schema: library})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- l.Serve(ctx) }()

	dial := func(url, origin string) (*websocket.Conn, error) {
		header := http.Header{}
		if origin != "" {
			header.Set("Origin", origin)
		}
		conn, _, err := websocket.Dial(ctx, url, &websocket.DialOptions{HTTPHeader: header})
		return conn, err
	}
	bare, _, _ := strings.Cut(l.URL(), "?")
	for _, x := range []struct{ url, origin string }{
		{bare, ""}, {bare + "?token=wrong", ""}, {l.URL(), "https://example.org"}, {l.URL(), "null"},
		{l.URL(), "http://localhost.example.org"}, {strings.Replace(l.URL(), "/?", "/other?", 1), ""},
	} {
		if conn, err := dial(x.url, x.origin); err == nil {
			conn.CloseNow()
			t.Errorf("%s is served to %q", x.url, x.origin)
		}
	}
	for _, origin := range []string{"", "http://localhost:3000", "https://127.0.0.1", "vscode-webview://abc", "vscode-file://vscode-app", "http://v--1.localhost:3000"} {
		conn, err := dial(l.URL(), origin)
		if err != nil {
			t.Errorf("an editor from %q is not served: %v", origin, err)
			continue
		}
		ask := func(text string) string {
			t.Helper()
			if err := conn.Write(ctx, websocket.MessageText, []byte(text)); err != nil {
				t.Fatal(err)
			}
			_, answer, err := conn.Read(ctx)
			if err != nil {
				t.Fatal(err)
			}
			return string(answer)
		}
		for _, x := range [][2]string{
			{`{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"processId":null,"rootUri":null,"capabilities":{}}}`, `"serverInfo"`},
			{`this is no JSON`, `-32700`},
			{`{"jsonrpc":"2.0","id":2,"method":"shutdown"}`, `"id":2`},
		} {
			if answer := ask(x[0]); !strings.Contains(answer, x[1]) {
				t.Errorf("%s is answered by %s", x[0], answer)
			}
		}
		if err := conn.Write(ctx, websocket.MessageText, []byte(`{"jsonrpc":"2.0","method":"exit"}`)); err != nil {
			t.Error(err)
		}
		if _, _, err := conn.Read(ctx); err == nil {
			t.Error("the connection goes on after exit")
		}
	}
	// one that stays does not keep the listener from ending
	if _, err := dial(l.URL(), ""); err != nil {
		t.Error(err)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("the listener ends with %v", err)
	}
	for _, address := range []string{"0.0.0.0:0", "example.org:80", "nonsense", ":0"} {
		if _, err := lsp.Listen(address, lsp.Options{}); err == nil {
			t.Errorf("%q is listened on", address)
		}
	}
}
