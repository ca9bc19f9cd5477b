package socket

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/runtime"
	"github.com/florc-lang/florc/vm"
)

// known are the errors that keep their identity, by the names that they travel
// under.
var known = []struct {
	name string
	err  error
}{
	{"not-found", runtime.ErrNotFound},
	{"conflict", runtime.ErrConflict},
	{"too-large", runtime.ErrTooLarge},
	{"full", runtime.ErrFull},
	{"closed", runtime.ErrClosed},
	{"ended", runtime.ErrEnded},
	{"stopped", runtime.ErrStopped},
	{"unsupported", runtime.ErrUnsupported},
	{"refused", runtime.ErrRefused},
	{"taken", runtime.ErrTaken},
	{"lease-lost", runtime.ErrLeaseLost},
	{"state", runtime.ErrState},
	{"canceled", context.Canceled},
	{"deadline", context.DeadlineExceeded},
}

// failure is an error as it travels.
type failure struct {
	Message    []byte              `json:"message"` // which need not be UTF-8
	Is         []string            `json:"is,omitempty"`
	Difference *runtime.Difference `json:"difference,omitempty"`
	Error      *nodeError          `json:"error,omitempty"`
}

func newFailure(err error) *failure {
	if err == nil {
		return nil
	}
	f := &failure{Message: []byte(err.Error())}
	for _, k := range known {
		if errors.Is(err, k.err) {
			f.Is = append(f.Is, k.name)
		}
	}
	errors.As(err, &f.Difference)
	var ve *vm.Error
	if errors.As(err, &ve) {
		f.Error = newNodeError(ve)
	}
	return f
}

// readFailure returns the error that an encoded failure stands for, nil for
// none.
func readFailure(data []byte) error {
	var f *failure
	if err := json.Unmarshal(data, &f); err != nil {
		return fmt.Errorf("the end of the answer cannot be read: %w", err)
	}
	return f.error()
}

func (f *failure) error() error {
	if f == nil {
		return nil
	}
	e := &remoteError{message: string(f.Message)}
	for _, name := range f.Is {
		for _, k := range known {
			if k.name == name {
				e.is = append(e.is, k.err)
			}
		}
	}
	if f.Difference != nil {
		e.is = append(e.is, f.Difference)
	}
	if f.Error != nil {
		ve, err := f.Error.error()
		if err != nil {
			return err
		}
		e.is = append(e.is, ve)
	}
	return e
}

// remoteError is an error that was met at the other side.
type remoteError struct {
	message string
	is      []error
}

func (e *remoteError) Error() string   { return e.message }
func (e *remoteError) Unwrap() []error { return e.is }

// nodeError is a *vm.Error as it travels.
type nodeError struct {
	Code    string `json:"code,omitempty"`
	Kind    string `json:"kind,omitempty"`
	Class   string `json:"class,omitempty"`
	Message []byte `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Nid     string `json:"nid,omitempty"`
	Proc    string `json:"proc,omitempty"`
	File    string `json:"file,omitempty"`
	Line    int    `json:"line,omitempty"`
	Column  int    `json:"column,omitempty"`
}

func newNodeError(e *vm.Error) *nodeError {
	if e == nil {
		return nil
	}
	n := &nodeError{Code: string(e.Code), Kind: e.Kind, Class: e.Class, Message: []byte(e.Message), Hint: e.Hint,
		Proc: e.Proc, File: e.File, Line: e.Line, Column: e.Column}
	if !e.Nid.IsZero() {
		n.Nid = e.Nid.String()
	}
	return n
}

func (n *nodeError) error() (*vm.Error, error) {
	if n == nil {
		return nil, nil
	}
	nid, err := vm.ParseNID(n.Nid)
	if err != nil {
		return nil, err
	}
	return &vm.Error{Code: diag.Code(n.Code), Kind: n.Kind, Class: n.Class, Message: string(n.Message), Hint: n.Hint,
		Nid: nid, Proc: n.Proc, File: n.File, Line: n.Line, Column: n.Column}, nil
}
