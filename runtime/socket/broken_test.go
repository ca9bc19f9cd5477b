package socket_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"path/filepath"
	goruntime "runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/florc-lang/florc/lang/value"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/runtime/memstore"
	"github.com/florc-lang/florc/runtime/socket"
)

// startServed returns a runtime that works, and the directory in which it is
// served.
func startServed(t *testing.T, s runtime.Store) (rt *runtime.Runtime, dir string, stop func()) {
	t.Helper()
	rt, dir = newRuntime(t, s), t.TempDir()
	if err := rt.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { rt.Stop(context.Background()) })
	stop = serve(t, dir, rt)
	t.Cleanup(stop)
	return rt, dir, stop
}

// noLeaks fails the test where goroutines are left at its end.
func noLeaks(t *testing.T) {
	before := goruntime.NumGoroutine()
	t.Cleanup(func() {
		for range 500 {
			if goruntime.NumGoroutine() <= before {
				return
			}
			time.Sleep(10 * time.Millisecond)
		}
		stacks := make([]byte, 1<<20)
		t.Errorf("%d goroutines, there were %d:\n%s", goruntime.NumGoroutine(), before, stacks[:goruntime.Stack(stacks, true)])
	})
}

// waiting counts the calls of Wait that are under way.
type waiting struct {
	*runtime.Runtime
	begun, ended chan struct{}
}

func (w waiting) Wait(ctx context.Context, exid string) (*runtime.Result, error) {
	w.begun <- struct{}{}
	defer func() { w.ended <- struct{}{} }()
	return w.Runtime.Wait(ctx, exid)
}

// TestManyClients has clients do their own work at the same time.
func TestManyClients(t *testing.T) {
	noLeaks(t)
	_, dir, _ := startServed(t, memstore.New())
	def := definition(t, "task 'alice'\npush f.l 1\n")
	var clients sync.WaitGroup
	for i := range 8 {
		c := dial(t, dir)
		clients.Go(func() {
			for range 10 {
				payload := value.NewObject(value.Member{Key: "i", Value: value.Int(int64(i))}, value.Member{Key: "l", Value: value.NewList()})
				exid, err := c.Launch(t.Context(), def, runtime.LaunchOptions{Payload: payload})
				if err != nil {
					t.Error(err)
					return
				}
				clients.Go(func() {
					if err := c.Return(t.Context(), exid, "0_0", value.Null, nil); err != nil {
						t.Error(err)
					}
				})
				res, err := c.Wait(t.Context(), exid)
				if err != nil || res.Point != "terminated" || !strings.Contains(res.Payload.String(), fmt.Sprintf(`"i":%d,"l":[1]`, i)) {
					t.Errorf("%v %v", res, err)
				}
				for _, err := range c.Log(t.Context(), exid, runtime.LogOptions{}) {
					if err != nil {
						t.Error(err)
					}
					break // leaves the rest
				}
			}
		})
	}
	clients.Wait()
}

// TestGivingUp cancels calls at the client; the server's end, too.
func TestGivingUp(t *testing.T) {
	noLeaks(t)
	rt, _, _ := startServed(t, memstore.New())
	w := waiting{rt, make(chan struct{}), make(chan struct{})}
	dir := t.TempDir()
	defer serve(t, dir, w)()
	c := dial(t, dir)
	exid, err := c.Launch(t.Context(), definition(t, "task 'alice'"), runtime.LaunchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	go func() { <-w.begun; cancel() }()
	if _, err := c.Wait(ctx, exid); err != context.Canceled {
		t.Error(err)
	}
	<-w.ended
}

// TestStoppingServer stops a server while calls wait.
func TestStoppingServer(t *testing.T) {
	noLeaks(t)
	rt, _, _ := startServed(t, memstore.New())
	w := waiting{rt, make(chan struct{}, 4), make(chan struct{}, 4)}
	dir := t.TempDir()
	stop := serve(t, dir, w)
	c := dial(t, dir)
	exid, err := c.Launch(t.Context(), definition(t, "task 'alice'"), runtime.LaunchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var calls sync.WaitGroup
	for range 4 {
		calls.Go(func() {
			if _, err := c.Wait(t.Context(), exid); err == nil || err.Error() != runtime.ErrStopped.Error() || !errors.Is(err, runtime.ErrStopped) {
				t.Error(err)
			}
		})
	}
	for range 4 {
		<-w.begun
	}
	stop()
	calls.Wait()
	if _, err := c.Executions(t.Context(), runtime.ListOptions{}); !errors.Is(err, socket.ErrNoOwner) {
		t.Error(err)
	}
}

// proxy passes connections on to the socket in a directory, and cuts each after
// so many bytes of what the server says.
func proxy(t *testing.T, dir string, limit func() int64) string {
	t.Helper()
	front := t.TempDir()
	l, err := net.Listen("unix", filepath.Join(front, socket.Name))
	if err != nil {
		t.Fatal(err)
	}
	var conns sync.WaitGroup
	t.Cleanup(func() { l.Close(); conns.Wait() })
	conns.Go(func() {
		for {
			in, err := l.Accept()
			if err != nil {
				return
			}
			conns.Go(func() {
				defer in.Close()
				out, err := net.Dial("unix", filepath.Join(dir, socket.Name))
				if err != nil {
					return
				}
				defer out.Close()
				conns.Go(func() {
					io.Copy(out, in)
					out.(*net.UnixConn).CloseWrite() // else the server waits for the rest of a call that was given up
				})
				io.Copy(in, io.LimitReader(out, limit()))
			})
		}
	})
	return front
}

// TestCutAnswers cuts the server's answers at every byte: that is always an
// error, and never passes for the whole.
func TestCutAnswers(t *testing.T) {
	noLeaks(t)
	rt, dir, _ := startServed(t, &store{Store: memstore.New(), backup: []byte("backup")})
	exid, err := rt.Launch(t.Context(), definition(t, "trace 'a'\ntask 'alice'"), runtime.LaunchOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var limit atomic.Int64
	limit.Store(1 << 30)
	front := proxy(t, dir, limit.Load)
	c := dial(t, front)
	ctx := t.Context()
	calls := map[string]func() error{
		"execution": func() error { _, err := c.Execution(ctx, exid, 0); return err },
		"tasks":     func() error { _, err := c.Tasks(ctx, exid); return err },
		"dump":      func() error { return c.Dump(ctx, io.Discard) },
		"backup":    func() error { return c.Backup(ctx, io.Discard, nil) },
		"load":      func() error { _, err := c.Load(ctx, strings.NewReader("\n")); return err },
		"traces": func() error {
			for _, err := range c.Traces(ctx, exid) {
				if err != nil {
					return err
				}
			}
			return nil
		},
	}
	for name, call := range calls {
		limit.Store(1 << 30)
		if err := call(); err != nil {
			t.Fatalf("%s: %s", name, err)
		}
		for limit.Store(0); ; limit.Add(1 + limit.Load()/50) {
			err := call()
			if err == nil {
				break
			}
			if !errors.Is(err, socket.ErrLost) && !errors.Is(err, socket.ErrNoOwner) {
				t.Errorf("%s cut after %d bytes: %s", name, limit.Load(), err)
			}
		}
		if limit.Load() < 200 {
			t.Errorf("%s came through within %d bytes", name, limit.Load())
		}
	}
}

// TestOtherVersion meets a server of another version, and one that is none.
func TestOtherVersion(t *testing.T) {
	answers := map[string]error{
		"HTTP/1.1 200 OK\r\nFlorc-Protocol: 99\r\nContent-Length: 0\r\n\r\n": socket.ErrVersion,
		"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n":              socket.ErrVersion,
		"SSH-2.0\r\n": socket.ErrNoOwner,
		"":            socket.ErrNoOwner,
	}
	for text, want := range answers {
		dir := t.TempDir()
		l, err := net.Listen("unix", filepath.Join(dir, socket.Name))
		if err != nil {
			t.Fatal(err)
		}
		go func() {
			if conn, err := l.Accept(); err == nil {
				conn.Read(make([]byte, 1000))
				io.WriteString(conn, text)
				if want == socket.ErrVersion {
					io.Copy(io.Discard, conn) // until the client has read it
				}
				conn.Close()
			}
		}()
		if _, err := socket.Dial(dir); !errors.Is(err, want) {
			t.Errorf("%q: %v, want %v", text, err, want)
		}
		l.Close()
	}
}

// TestLargePayload sends and gets a large payload.
func TestLargePayload(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes a while")
	}
	_, dir, _ := startServed(t, memstore.New())
	c := dial(t, dir)
	large := strings.Repeat("x", 4<<20)
	exid, err := c.Launch(t.Context(), definition(t, "1"), runtime.LaunchOptions{Payload: value.NewObject(value.Member{Key: "s", Value: value.String(large)})})
	if err != nil {
		t.Fatal(err)
	}
	res, err := c.Wait(t.Context(), exid)
	if err != nil {
		t.Fatal(err)
	}
	if s, _ := res.Payload.AsObject().Get("s"); s.Kind() != value.KindString || s.AsString() != large {
		t.Errorf("it came back as another one, the execution is %s: %v", res.Point, res.Error)
	}
}

// TestLoadEndsEarly loads more than the server reads before it knows that it
// is wrong.
func TestLoadEndsEarly(t *testing.T) {
	_, dir, _ := startServed(t, memstore.New())
	wrong := io.MultiReader(strings.NewReader("no dump\n"), bytes.NewReader(make([]byte, 64<<20)))
	if _, err := dial(t, dir).Load(t.Context(), wrong); err == nil || !strings.Contains(err.Error(), "line 1: this is no dump") {
		t.Error(err)
	}
}

func BenchmarkCall(b *testing.B) {
	dir := b.TempDir()
	defer serve(b, dir, newRuntime(b, memstore.New()))()
	c := dial(b, dir)
	for b.Loop() {
		if _, err := c.Executions(b.Context(), runtime.ListOptions{}); err != nil {
			b.Fatal(err)
		}
	}
}
