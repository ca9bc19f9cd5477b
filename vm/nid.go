// Package vm is the machine that runs executions: a function from an
// execution and a message to changed frames, new messages and effects. It has
// no clock, no randomness, no goroutine and no I/O: time and seeds arrive
// inside messages, and everything the outside must do is returned as effects.
//
// An Execution is not safe for concurrent use; different executions are
// independent of each other. Libraries and Programs are immutable and shared.
package vm

import (
	"fmt"
	"strconv"
	"strings"
)

// NID identifies a node of an execution: its place in the tree and, where the
// node runs again (loops, function calls), the number of that re-run. It
// prints as "0_1_2-3". The zero NID stands for "none", the parent of a root.
type NID struct {
	Path string
	Sub  int64
}

// IsZero tells whether the id stands for no node.
func (n NID) IsZero() bool { return n.Path == "" }

func (n NID) String() string {
	if n.Sub == 0 {
		return n.Path
	}
	return n.Path + "-" + strconv.FormatInt(n.Sub, 10)
}

// above returns the id of the node that usually is the parent: the one above it
// in the tree, in the same re-run.
func (n NID) above() NID {
	i := strings.LastIndexByte(n.Path, '_')
	if i < 0 {
		return NID{}
	}
	return NID{Path: n.Path[:i], Sub: n.Sub}
}

// index is the number of the node among its parent's parts.
func (n NID) index() int {
	i, _ := strconv.Atoi(n.Path[strings.LastIndexByte(n.Path, '_')+1:])
	return i
}

// ParseNID reads a node id; "" gives the zero NID.
func ParseNID(s string) (NID, error) {
	if s == "" {
		return NID{}, nil
	}
	path, sub, hasSub := strings.Cut(s, "-")
	var n NID
	if hasSub {
		i, err := strconv.ParseInt(sub, 10, 64)
		if err != nil || i < 0 {
			return NID{}, fmt.Errorf("%q is not a node id", s)
		}
		n.Sub = i
	}
	for part := range strings.SplitSeq(path, "_") {
		if part == "" || strings.Trim(part, "0123456789") != "" {
			return NID{}, fmt.Errorf("%q is not a node id", s)
		}
	}
	n.Path = path
	return n, nil
}

// IsNID tells whether s reads as a node id.
func IsNID(s string) bool {
	n, err := ParseNID(s)
	return err == nil && !n.IsZero()
}
