package socket

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync/atomic"

	"github.com/florc-lang/florc/runtime"
)

// A frame is a byte that says what it is, the length of what follows in four
// bytes, the highest first, and so many bytes.
type frameKind byte

const (
	itemFrame     frameKind = 'i' // JSON
	dataFrame     frameKind = 'd' // bytes
	progressFrame frameKind = 'p' // JSON, a pair of numbers
	endFrame      frameKind = 'e' // JSON, a *failure: the last one
)

const (
	maxFrameBytes = 1 << 30
	frameHead     = 5
	dataBytes     = 64 << 10
)

type frameWriter struct {
	w     io.Writer
	flush func() error // has what was written be sent
	err   error        // the first one
}

func (f *frameWriter) write(kind frameKind, data []byte) error {
	if f.err != nil {
		return f.err
	}
	if len(data) > maxFrameBytes {
		return fmt.Errorf("%w to be sent: %d bytes, the most are %d", runtime.ErrTooLarge, len(data), maxFrameBytes)
	}
	head := make([]byte, 1, frameHead)
	head[0] = byte(kind)
	if _, f.err = f.w.Write(binary.BigEndian.AppendUint32(head, uint32(len(data)))); f.err == nil {
		_, f.err = f.w.Write(data)
	}
	if f.err == nil && kind != dataFrame {
		f.err = f.flush()
	}
	return f.err
}

func (f *frameWriter) json(kind frameKind, v any) error {
	data, err := json.Marshal(v)
	if err != nil {
		return err
	}
	return f.write(kind, data)
}

// Write writes bytes as frames.
func (f *frameWriter) Write(p []byte) (int, error) {
	for done := 0; done < len(p); {
		n := min(len(p)-done, dataBytes)
		if err := f.write(dataFrame, p[done:done+n]); err != nil {
			return done, err
		}
		done += n
	}
	return len(p), nil
}

type frameReader struct{ r *bufio.Reader }

func newFrameReader(r io.Reader) frameReader { return frameReader{bufio.NewReader(r)} }

// next reads a frame; io.ErrUnexpectedEOF tells that there is none.
func (f frameReader) next() (frameKind, []byte, error) {
	var head [frameHead]byte
	if _, err := io.ReadFull(f.r, head[:]); err != nil {
		return 0, nil, cut(err)
	}
	n := binary.BigEndian.Uint32(head[1:])
	if n > maxFrameBytes {
		return 0, nil, fmt.Errorf("a frame of %d bytes is more than there may be", n)
	}
	// What is announced may never come: the memory is taken as it does.
	data := make([]byte, 0, min(n, dataBytes))
	for uint32(len(data)) < n {
		from := len(data)
		more := min(int(n)-from, max(from, dataBytes))
		data = append(data, make([]byte, more)...)
		if _, err := io.ReadFull(f.r, data[from:]); err != nil {
			return 0, nil, cut(err)
		}
	}
	return frameKind(head[0]), data, nil
}

// cut makes of any end one that comes too early.
func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// dataReader reads the bytes in frames up to the last one. It gives the error
// that the last one holds.
type dataReader struct {
	frames frameReader
	rest   []byte
	err    error
}

func (d *dataReader) Read(p []byte) (int, error) {
	for len(d.rest) == 0 {
		if d.err != nil {
			return 0, d.err
		}
		kind, data, err := d.frames.next()
		switch {
		case err != nil:
			d.err = err
		case kind == dataFrame:
			d.rest = data
		case kind == endFrame:
			if d.err = readFailure(data); d.err == nil {
				d.err = io.EOF
			}
		default:
			d.err = fmt.Errorf("a frame of kind %q has no place here", kind)
		}
	}
	n := copy(p, d.rest)
	d.rest = d.rest[n:]
	return n, nil
}

// dataSender is a body that has the bytes of a reader in frames. What it reads
// may fail: the last frame says so.
type dataSender struct {
	src    io.Reader
	failed atomic.Pointer[error] // of src
	frame  []byte                // what is left of it
	buf    []byte
	ended  bool
	stop   func() bool // tells to read no more
}

func (d *dataSender) Read(p []byte) (int, error) {
	if len(d.frame) == 0 {
		if d.ended {
			return 0, io.EOF
		}
		d.fill()
	}
	n := copy(p, d.frame)
	d.frame = d.frame[n:]
	return n, nil
}

func (d *dataSender) fill() {
	if d.buf == nil {
		d.buf = make([]byte, dataBytes)
	}
	n, err := 0, io.EOF
	if !d.stop() {
		n, err = d.src.Read(d.buf)
	}
	var out sliceWriter
	frames := &frameWriter{w: &out, flush: func() error { return nil }}
	if n > 0 {
		frames.write(dataFrame, d.buf[:n])
	}
	if err != nil {
		d.ended = true
		if errors.Is(err, io.EOF) {
			err = nil
		} else {
			d.failed.Store(&err)
		}
		frames.json(endFrame, newFailure(err))
	}
	d.frame = out
}

type sliceWriter []byte

func (s *sliceWriter) Write(p []byte) (int, error) {
	*s = append(*s, p...)
	return len(p), nil
}
