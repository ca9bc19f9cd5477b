package vm

import (
	"fmt"

	"github.com/florc-lang/florc/lang/diag"
	"github.com/florc-lang/florc/lang/value"
)

// Error is the failure of a node. It is data: it is stored, and handed to
// error handlers.
type Error struct {
	Code    diag.Code
	Kind    string // "unknown-name", a short form for programs
	Class   string // the class that upstream's criteria would name: "KeyError"
	Message string
	Hint    string
	Nid     NID
	Proc    string // the head of the node that failed
	File    string // that it stands in; "" for that of the definition that was launched
	Line    int
	Column  int
}

func (e *Error) Error() string { return e.Message }

// Object shows the error as flows see it in err.
func (e *Error) Object() value.Value {
	o := value.NewObject().AsObject().
		Set("kla", value.String(e.Class)).
		Set("kind", value.String(e.Kind)).
		Set("code", value.String(string(e.Code))).
		Set("msg", value.String(e.Message))
	if e.Proc != "" {
		o = o.Set("prc", value.String(e.Proc))
	}
	if e.File != "" {
		o = o.Set("file", value.String(e.File))
	}
	if e.Line > 0 {
		o = o.Set("lin", value.Int(int64(e.Line)))
	}
	return value.FromObject(o)
}

// place returns the error as one of the node's, unless it has a place already.
func (f *Frame) place(e *Error) *Error {
	placed := *e
	if placed.Nid.IsZero() {
		placed.Nid = f.Nid
	}
	if placed.Line == 0 {
		placed.File, placed.Line, placed.Column = f.Code.Prog.File, f.Code.Line(), int(f.Code.Node.Span.Start.Column)
	}
	if placed.Proc == "" {
		placed.Proc = f.Code.Head
	}
	return &placed
}

// kind of error: code, name and class stand together.
type errorKind struct {
	code  diag.Code
	kind  string
	class string
}

// The kinds of runtime errors; their pages are in Pages.
var (
	errUnknownName  = errorKind{"FLO0201", "unknown-name", "FlorError"}
	errNotCallable  = errorKind{"FLO0202", "not-callable", "FlorError"}
	errNoVariable   = errorKind{"FLO0203", "missing-variable", "KeyError"}
	errNoKey        = errorKind{"FLO0204", "missing-key", "IndexError"}
	errCannotSet    = errorKind{"FLO0205", "cannot-set", "IndexError"}
	errArgument     = errorKind{"FLO0206", "bad-argument", "FlorError"}
	errType         = errorKind{"FLO0207", "type-mismatch", "TypeError"}
	errCompare      = errorKind{"FLO0208", "not-comparable", "ArgumentError"}
	errZeroDivision = errorKind{"FLO0209", "division-by-zero", "ZeroDivisionError"}
	errFail         = errorKind{"FLO0210", "failed", "FlorError"}
	errReturn       = errorKind{"FLO0211", "misplaced-return", "FlorError"}
	errTarget       = errorKind{"FLO0212", "missing-target", "FlorError"}
	errRegex        = errorKind{"FLO0213", "bad-regex", "RegexpError"}
	errLimit        = errorKind{"FLO0214", "limit", "FlorError"}
	errTasker       = errorKind{"FLO0215", "tasker-failed", "FlorError"}
	errNoTimer      = errorKind{"FLO0216", "bad-duration", "ArgumentError"}
)

func (k errorKind) new(format string, args ...any) *Error {
	return &Error{Code: k.code, Kind: k.kind, Class: k.class, Message: fmt.Sprintf(format, args...)}
}

func (k errorKind) hint(hint, format string, args ...any) *Error {
	e := k.new(format, args...)
	e.Hint = hint
	return e
}

// The constructors that procedures use. Each gives an error without a place;
// the machine adds the node's.

// BadArgument is the error of a missing or unsuitable argument.
func BadArgument(hint, format string, args ...any) *Error {
	return errArgument.hint(hint, format, args...)
}

// TypeMismatch is the error of values that do not go together.
func TypeMismatch(hint, format string, args ...any) *Error {
	return errType.hint(hint, format, args...)
}

// NotComparable is the error of values that have no order.
func NotComparable(format string, args ...any) *Error {
	return errCompare.hint("compare numbers with numbers and strings with strings", format, args...)
}

// ZeroDivision is the error of a division by zero.
func ZeroDivision() *Error {
	return errZeroDivision.hint("test the divisor first, or give the node an on_error", "divided by 0")
}

// BadRegex is the error of a pattern that cannot be compiled.
func BadRegex(err error) *Error {
	return errRegex.hint("florc uses Go's regular expressions: no look-around, no back-references", "%s", err)
}

// LimitExceeded is the error of what would take more than it may.
func LimitExceeded(hint, format string, args ...any) *Error {
	return errLimit.hint(hint, format, args...)
}

// UserFailure is the error that fail raises.
func UserFailure(message string) *Error { return errFail.new("%s", message) }

// MisplacedReturn is the error of return outside of a function.
func MisplacedReturn() *Error {
	return errReturn.hint("return ends the call of a function: put it inside define, def or fun", `"return" outside of function`)
}

// MissingTarget is the error of a move to a place that does not exist.
func MissingTarget(hint, format string, args ...any) *Error {
	return errTarget.hint(hint, format, args...)
}

// BadDuration is the error of a duration that cannot be read.
func BadDuration(format string, args ...any) *Error {
	return errNoTimer.hint("write durations like '10s', '1h30m' or '2d'", format, args...)
}
