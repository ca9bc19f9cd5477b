package socket

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"net"
	"net/http"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/florc-lang/florc/runtime"
)

const (
	// helloTimeout is how long a process may take to say that it is there.
	helloTimeout = 5 * time.Second
	// continueTimeout is after how long a body is sent unasked.
	continueTimeout = time.Minute

	dialAttempts = 100
	dialPause    = 20 * time.Millisecond
)

// Client is a [runtime.Client] that speaks to the process that owns a store.
// Beside what that one says it gives ErrNoOwner, ErrLost and ErrVersion. Its
// methods may be called by any number of goroutines at once. It holds nothing
// open between calls, and goes on with whoever owns the store next.
type Client struct {
	dir  string
	http http.Client
	said hello
}

// Dial finds the process that serves the store in a directory. ErrNoOwner tells
// that there is none, or that it does not listen.
func Dial(dir string) (*Client, error) {
	c := &Client{dir: dir}
	c.http.Transport = &http.Transport{DialContext: c.dial, DisableKeepAlives: true, DisableCompression: true,
		ExpectContinueTimeout: continueTimeout}
	ctx, cancel := context.WithTimeout(context.Background(), helloTimeout)
	defer cancel()
	if err := c.one(ctx, helloPath, noArgs{}, &c.said); err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = &ownerError{dir, ErrSilent, err}
		}
		return nil, err
	}
	return c, nil
}

// PID is the id of the process that answered Dial.
func (c *Client) PID() int { return c.said.PID }

// Passing tells that the process which answered Dial owns the store only for
// what it does just now: it is a Releaser.
func (c *Client) Passing() bool { return c.said.Passing }

// dial connects. Its errors are of type *dialError.
func (c *Client) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	var conn net.Conn
	connect := func(path string) (err error) {
		conn, err = new(net.Dialer).DialContext(ctx, "unix", path)
		return err
	}
	err := withShortPath(c.dir, Name, connect)
	for range dialAttempts {
		if !errors.Is(err, syscall.EAGAIN) {
			break
		}
		time.Sleep(dialPause) // more want to be let in than the system queues
		err = withShortPath(c.dir, Name, connect)
	}
	switch {
	case err == nil:
		return conn, nil
	case errors.Is(err, fs.ErrPermission):
		err = fmt.Errorf("the store is another user's: %s: %w", filepath.Join(c.dir, Name), fs.ErrPermission)
	case !errors.Is(err, errPathLength):
		err = &ownerError{c.dir, ErrNoOwner, err}
	}
	return nil, &dialError{err}
}

type dialError struct{ error }

func (e *dialError) Unwrap() error { return e.error }

// ownerError is an ErrNoOwner, ErrLost or ErrSilent that says where. What the
// system says of it means nothing to people.
type ownerError struct {
	dir       string
	is, cause error
}

func (e *ownerError) Error() string   { return e.dir + ": " + e.is.Error() }
func (e *ownerError) Unwrap() []error { return []error{e.is, e.cause} }

// answer is what comes of a call.
type answer struct {
	c      *Client
	ctx    context.Context // the caller's
	cancel context.CancelFunc
	sent   atomic.Bool // the server has begun to take the arguments
	body   io.ReadCloser
	frames frameReader
}

// sentBody notes that a body was asked for.
type sentBody struct {
	io.Reader
	sent *atomic.Bool
}

func (b sentBody) Read(p []byte) (int, error) {
	b.sent.Store(true)
	return b.Reader.Read(p)
}

// call makes a call with a body of that many bytes, or -1. Its answer has to
// be closed.
func (c *Client) call(ctx context.Context, path string, body io.Reader, size int64) (*answer, error) {
	a := &answer{c: c, ctx: ctx}
	callCtx, cancel := context.WithCancel(ctx)
	a.cancel = cancel
	r, err := http.NewRequestWithContext(callCtx, http.MethodPost, "http://florc"+path, sentBody{body, &a.sent})
	if err != nil {
		cancel()
		return nil, err
	}
	r.ContentLength = size
	r.Header.Set(versionHeader, protocolVersion)
	// The server asks for the body once it has taken the call: one that stops
	// before that has done nothing, and the call can be made again.
	r.Header.Set("Expect", "100-continue")
	resp, err := c.http.Do(r)
	if err != nil {
		cancel()
		return nil, a.failed(err)
	}
	a.body, a.frames = resp.Body, newFrameReader(resp.Body)
	if resp.Header.Get(versionHeader) != protocolVersion || resp.StatusCode != http.StatusOK {
		a.close()
		return nil, fmt.Errorf("%s: %w: use the same one here, or restart that process", c.dir, ErrVersion)
	}
	return a, nil
}

// failed tells why a call or its answer was cut short.
func (a *answer) failed(err error) error {
	var dial *dialError
	switch {
	case a.ctx.Err() != nil:
		return a.ctx.Err()
	case errors.As(err, &dial):
		return dial.error
	case !a.sent.Load():
		return &ownerError{a.c.dir, ErrNoOwner, err}
	}
	return &ownerError{a.c.dir, ErrLost, err}
}

func (a *answer) close() {
	a.cancel()
	a.body.Close()
}

// next returns the next item or bytes; io.EOF once the answer has ended well.
func (a *answer) next(progress runtime.Progress) (frameKind, []byte, error) {
	for {
		kind, data, err := a.frames.next()
		switch {
		case err != nil:
			return 0, nil, a.failed(err)
		case kind == endFrame:
			if err := readFailure(data); err != nil {
				return 0, nil, err
			}
			return 0, nil, io.EOF
		case kind != progressFrame:
			return kind, data, nil
		}
		var p [2]int64
		if err := json.Unmarshal(data, &p); err != nil {
			return 0, nil, err
		}
		if progress != nil {
			progress(p[0], p[1])
		}
	}
}

// rest reads an answer to its end; bytes go to w.
func (a *answer) rest(w io.Writer, progress runtime.Progress) error {
	for {
		kind, data, err := a.next(progress)
		if err == nil && kind == dataFrame && w != nil {
			_, err = w.Write(data)
		}
		if err != nil {
			if errors.Is(err, io.EOF) {
				return nil
			}
			return err
		}
	}
}

// send makes a call with arguments in JSON.
func (c *Client) send(ctx context.Context, path string, args any) (*answer, error) {
	data, err := json.Marshal(args)
	if err != nil {
		return nil, err
	}
	return c.call(ctx, path, bytes.NewReader(data), int64(len(data)))
}

// none makes a call that gives nothing but an error, and maybe bytes.
func (c *Client) none(ctx context.Context, path string, args any, w io.Writer, progress runtime.Progress) error {
	a, err := c.send(ctx, path, args)
	if err != nil {
		return err
	}
	defer a.close()
	return a.rest(w, progress)
}

// one makes a call that gives one thing.
func (c *Client) one(ctx context.Context, path string, args, result any) error {
	a, err := c.send(ctx, path, args)
	if err != nil {
		return err
	}
	defer a.close()
	_, data, err := a.next(nil)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(data, result); err != nil {
		return fmt.Errorf("the answer cannot be read: %w", err)
	}
	return a.rest(nil, nil)
}

// row makes a call that gives a row of things.
func row[W, T any](ctx context.Context, c *Client, path string, args any, progress runtime.Progress, unwire func(*W) (T, error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var zero T
		a, err := c.send(ctx, path, args)
		if err != nil {
			yield(zero, err)
			return
		}
		defer a.close()
		for {
			_, data, err := a.next(progress)
			if errors.Is(err, io.EOF) {
				return
			}
			var w W
			t := zero
			if err == nil {
				err = json.Unmarshal(data, &w)
			}
			if err == nil {
				t, err = unwire(&w)
			}
			if !yield(t, err) || err != nil {
				return
			}
		}
	}
}
