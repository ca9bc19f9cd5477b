// Package socket takes a [runtime.Client] to other processes of the same
// machine. The process that owns the directory of a store listens on a Unix
// socket in it; others find it there and speak to it.
//
// The protocol is HTTP. Each method of the Client is a path that takes a POST;
// its arguments are a JSON object, or, for Load, frames. The answer is always a
// row of frames: items in JSON, bytes, progress, and last of all one that says
// how it ended, so that what was cut short is never taken for the whole.
// Values are encoded in CBOR within the JSON, which keeps what JSON does not:
// the difference between integers and floats, NaN, text that is not UTF-8,
// functions (as values only: they cannot be called outside of their
// execution). Both sides name the version of the protocol in a header, and
// refuse another one.
//
// A call has a connection of its own, which ends with it: a caller that is
// gone, or gives up, is noticed at once, as is a server that is gone.
package socket

import (
	"errors"
	"net"
	"os"
	"path/filepath"
)

// Name is the file name of the socket in the directory of a store.
const Name = "florc.sock"

// protocolVersion changes whenever processes of before and after could not
// understand each other.
const protocolVersion = "1"

const versionHeader = "Florc-Protocol"

// The errors of Dial and of a Client's methods, beside those that the Client
// at the other side gives.
var (
	// ErrNoOwner tells that nobody listens: nothing was done.
	ErrNoOwner = errors.New("no process serves this store")
	// ErrLost tells that the other process ended, or cut the connection, in the
	// middle of a call: what it asked for may be done or not.
	ErrLost = errors.New("the process that owns the store went away during the call")
	// ErrSilent tells that the other process took the call, but does not answer.
	ErrSilent = errors.New("the process that owns the store does not answer")
	// ErrVersion tells that the other process speaks another version of the
	// protocol.
	ErrVersion = errors.New("the process that owns the store is of another version of florc")
)

// maxPathBytes is how long the path of a socket may be on every system: the
// address holds 104 bytes on some, the last of them a zero.
const maxPathBytes = 103

// withShortPath calls f with a path of the directory that leaves room for a
// name: the directory itself or, where that is too long for the address of a
// socket, a link to it in a temporary directory, which lasts as long as f.
func withShortPath(dir, name string, f func(path string) error) error {
	if path := filepath.Join(dir, name); len(path) <= maxPathBytes {
		return f(path)
	}
	abs, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	for _, place := range []string{os.TempDir(), "/tmp"} {
		private, err := os.MkdirTemp(place, "florc")
		if err != nil {
			continue
		}
		defer os.RemoveAll(private)
		link := filepath.Join(private, "s")
		if path := filepath.Join(link, name); len(path) <= maxPathBytes {
			if err := os.Symlink(abs, link); err != nil {
				return errors.Join(errPathLength, err)
			}
			return f(path)
		}
	}
	return errPathLength
}

var errPathLength = errors.New("the directory's name is too long for a socket in it, and no shorter one could be made: use one of at most 80 bytes, or set TMPDIR to a short one")

// Listen makes the socket in a directory, in place of one that an earlier
// process left there. Only who owns the directory may call it: for a store on
// disk, who has it open. Closing the listener removes the socket.
func Listen(dir string) (net.Listener, error) {
	path := filepath.Join(dir, Name)
	l, err := listen(dir)
	if err != nil {
		return nil, &net.OpError{Op: "listen", Net: "unix", Addr: &net.UnixAddr{Name: path, Net: "unix"}, Err: err}
	}
	l.SetUnlinkOnClose(false)
	made, err := os.Lstat(path)
	if err != nil {
		l.Close()
		return nil, err
	}
	return &listener{UnixListener: l, path: path, made: made}, nil
}

// listen makes the socket in a directory that only this user can enter, and
// moves it to its place once its mode is set.
func listen(dir string) (l *net.UnixListener, err error) {
	private, err := os.MkdirTemp(dir, ".sock")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(private)
	err = withShortPath(private, "s", func(path string) error {
		l, err = net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
		return err
	})
	if err != nil {
		return nil, err
	}
	path := filepath.Join(private, "s")
	if err = os.Chmod(path, 0o600); err == nil {
		err = os.Rename(path, filepath.Join(dir, Name))
	}
	if err != nil {
		l.Close()
		return nil, err
	}
	return l, nil
}

// listener removes its socket when it is closed.
type listener struct {
	*net.UnixListener
	path string
	made os.FileInfo
}

// Close ends the listening, and removes the socket, unless another one has
// taken its place.
func (l *listener) Close() error {
	if now, err := os.Lstat(l.path); err == nil && os.SameFile(now, l.made) {
		os.Remove(l.path)
	}
	return l.UnixListener.Close()
}
