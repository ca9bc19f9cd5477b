package socket

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"
)

// FuzzFrames reads any bytes as frames, and as data in frames.
func FuzzFrames(f *testing.F) {
	sent, err := io.ReadAll(&dataSender{src: strings.NewReader("hello"), stop: func() bool { return false }})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(sent)
	f.Add([]byte("e\x00\x00\x00\x04null"))
	f.Add([]byte("d\xff\xff\xff\xffx"))
	f.Add([]byte("e\x00\x00\x00\x2b" + `{"message":"eA==","is":["full"],"error":{}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := io.ReadAll(&dataReader{frames: newFrameReader(bytes.NewReader(data))}); err == nil && !bytes.Contains(data, []byte("null")) {
			t.Error("it ended well without an end")
		}
		r := newFrameReader(bytes.NewReader(data))
		for {
			kind, text, err := r.next()
			if err != nil {
				break
			}
			if kind == endFrame {
				_ = readFailure(text)
			}
		}
	})
}

// TestData sends data in frames, whatever the sizes of what is read, and tells
// how it ended.
func TestData(t *testing.T) {
	bad := errors.New("the disk is on fire")
	large := strings.Repeat("0123456789", 20_000)
	for _, text := range []string{"", "x", large} {
		for _, end := range []error{nil, bad} {
			src := io.Reader(strings.NewReader(text))
			if end != nil {
				src = io.MultiReader(src, iotest.ErrReader(end))
			}
			sender := &dataSender{src: iotest.HalfReader(src), stop: func() bool { return false }}
			got, err := io.ReadAll(&dataReader{frames: newFrameReader(iotest.HalfReader(sender))})
			if string(got) != text || (err == nil) != (end == nil) || err != nil && err.Error() != end.Error() {
				t.Errorf("%d bytes, want %d; %v, want %v", len(got), len(text), err, end)
			}
		}
	}
}
