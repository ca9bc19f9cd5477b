package lsp

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync"

	"go.lsp.dev/jsonrpc2"
	"go.lsp.dev/protocol"
)

// Transport carries messages, each the text of a JSON value.
type Transport interface {
	// Read returns the next message, which is valid until the next Read. At
	// the end it returns io.EOF. It is called by one goroutine at a time.
	Read() ([]byte, error)
	// Write sends a message. It is called by one goroutine at a time.
	Write([]byte) error
	// Close ends a Read that waits. It may be called more than once.
	Close() error
}

// maxMessageBytes bounds a message, so that a wrong length does not take all
// the memory there is.
const maxMessageBytes = 256 << 20

// Stream returns the transport of an editor that started the server: messages
// with a header that says how long they are. Closing it does not close r, but
// what comes from it is lost.
func Stream(r io.Reader, w io.Writer) Transport {
	// A read of a process's standard input cannot be interrupted, one of a
	// pipe can.
	in, out := io.Pipe()
	go func() {
		_, err := io.Copy(out, r)
		out.CloseWithError(err) // io.EOF for none
	}()
	return &stream{in: bufio.NewReader(in), out: w, closer: in}
}

type stream struct {
	in     *bufio.Reader
	out    io.Writer
	closer io.Closer
	body   []byte
	frame  []byte
}

func (s *stream) Close() error { return s.closer.Close() }

func (s *stream) Read() ([]byte, error) {
	size, err := s.header()
	if err != nil {
		return nil, err
	}
	if cap(s.body) < size {
		s.body = make([]byte, size)
	}
	body := s.body[:size]
	if _, err := io.ReadFull(s.in, body); err != nil {
		return nil, fmt.Errorf("a message of %d bytes is cut off: %w", size, err)
	}
	return body, nil
}

// header reads the header of a message and returns the length of its body.
func (s *stream) header() (int, error) {
	size, begun := -1, false
	for {
		line, err := s.in.ReadString('\n')
		line = strings.TrimRight(line, "\r\n")
		begun = begun || line != ""
		switch {
		case err == io.EOF && begun:
			return 0, io.ErrUnexpectedEOF
		case err != nil:
			return 0, err
		case line == "" && size >= 0:
			return size, nil
		}
		name, value, _ := strings.Cut(line, ":")
		if !strings.EqualFold(name, "Content-Length") {
			continue
		}
		if size, err = strconv.Atoi(strings.TrimSpace(value)); err != nil || size < 0 || size > maxMessageBytes {
			return 0, fmt.Errorf("a message has the length %q, and 0 to %d are possible", value, maxMessageBytes)
		}
	}
}

func (s *stream) Write(body []byte) error {
	s.frame = fmt.Appendf(s.frame[:0], "Content-Length: %d\r\n\r\n", len(body))
	s.frame = append(s.frame, body...)
	_, err := s.out.Write(s.frame)
	return err
}

// messages makes a transport the stream of a jsonrpc2 connection. What is no
// message is answered with an error, and reading goes on.
type messages struct {
	t       Transport
	writing sync.Mutex
	body    []byte // of the message that is written
}

func (m *messages) Read(ctx context.Context) (jsonrpc2.Message, int64, error) {
	for {
		if err := ctx.Err(); err != nil {
			return nil, 0, err
		}
		body, err := m.t.Read()
		if err != nil {
			return nil, 0, err
		}
		msg, err := jsonrpc2.DecodeMessage(body)
		if err == nil {
			return msg, int64(len(body)), nil
		}
		code := jsonrpc2.ParseError
		if errors.Is(err, jsonrpc2.ErrInvalidRequest) {
			code = jsonrpc2.InvalidRequest
		}
		if _, err := m.Write(ctx, jsonrpc2.NewResponse(jsonrpc2.ID{}, nil, jsonrpc2.NewError(code, err.Error()))); err != nil {
			return nil, 0, err
		}
	}
}

func (m *messages) Write(_ context.Context, msg jsonrpc2.Message) (int64, error) {
	m.writing.Lock()
	defer m.writing.Unlock()
	m.body = jsonrpc2.AppendMessage(m.body[:0], msg)
	return int64(len(m.body)), m.t.Write(m.body)
}

func (m *messages) Close() error { return m.t.Close() }

// codec puts the protocol's types into JSON and back.
type codec struct{}

// answer is a long answer that is put into JSON without being made of the
// protocol's types first.
type answer interface{ appendJSON([]byte) []byte }

// scratch holds buffers that long answers are written into: to grow a new one
// for each would take several times the memory that it has in the end.
var scratch = sync.Pool{New: func() any { return new([]byte) }}

func (codec) Marshal(v any) (text []byte, err error) {
	if raw, ok := v.(jsonrpc2.RawMessage); ok {
		return raw, nil
	}
	b := scratch.Get().(*[]byte)
	defer scratch.Put(b)
	if a, ok := v.(answer); ok {
		text = a.appendJSON((*b)[:0])
	} else {
		text, err = protocol.AppendMarshal((*b)[:0], v)
	}
	*b = text[:0]
	return slices.Clone(text), err
}

func (codec) Unmarshal(data []byte, v any) error { return protocol.Unmarshal(data, v) }
