package vm

import "github.com/florc-lang/florc/lang/value"

// Eval evaluates a node without a frame: given f.ret it returns the new one.
type Eval func(d *Direct, ret value.Value) value.Value

// Direct is an evaluation without frames and messages.
type Direct struct{}

// DirectCompiler compiles nodes for it.
type DirectCompiler struct{}

type directCache struct{}

func (x *Execution) tryDirect(m *Message) bool { return false }
