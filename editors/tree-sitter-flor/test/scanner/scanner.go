// Package scanner runs the grammar's scanner, which is C, for a tree-sitter
// that is written in Go.
package scanner

/*
#cgo CFLAGS: -std=c11 -Wall -Wextra -Werror -I${SRCDIR}
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

void *tree_sitter_flor_external_scanner_create(void);
void tree_sitter_flor_external_scanner_destroy(void *);
unsigned tree_sitter_flor_external_scanner_serialize(void *, char *);
void tree_sitter_flor_external_scanner_deserialize(void *, const char *, unsigned);
int bridge_scan(void *, uintptr_t, int32_t, const bool *);
*/
import "C"

import (
	"runtime/cgo"
	"unsafe"

	"github.com/odvcencio/gotreesitter"
)

// Scanner is the scanner of a language. It is safe for concurrent use.
type Scanner struct{ symbols []gotreesitter.Symbol }

// New returns the scanner of a language that was made of the grammar.
func New(lang *gotreesitter.Language) *Scanner { return &Scanner{lang.ExternalSymbols} }

// Create makes the state of one parse.
func (*Scanner) Create() any { return C.tree_sitter_flor_external_scanner_create() }

// Destroy frees a state.
func (*Scanner) Destroy(state any) {
	C.tree_sitter_flor_external_scanner_destroy(state.(unsafe.Pointer))
}

// serialized is the room that tree-sitter gives a state.
const serialized = 1024

// Serialize writes a state, and returns its size.
func (*Scanner) Serialize(state any, buf []byte) int {
	var room [serialized]C.char
	n := int(C.tree_sitter_flor_external_scanner_serialize(state.(unsafe.Pointer), &room[0]))
	return copy(buf, unsafe.Slice((*byte)(unsafe.Pointer(&room[0])), n))
}

// Deserialize reads a state.
func (*Scanner) Deserialize(state any, buf []byte) {
	var room [serialized]C.char
	n := copy(unsafe.Slice((*byte)(unsafe.Pointer(&room[0])), serialized), buf)
	C.tree_sitter_flor_external_scanner_deserialize(state.(unsafe.Pointer), &room[0], C.uint(n))
}

// Scan reads a token.
func (s *Scanner) Scan(state any, lexer *gotreesitter.ExternalLexer, valid []bool) bool {
	handle := cgo.NewHandle(lexer)
	defer handle.Delete()
	token := C.bridge_scan(state.(unsafe.Pointer), C.uintptr_t(handle), C.int32_t(lexer.Lookahead()), (*C.bool)(unsafe.Pointer(&valid[0])))
	if token < 0 {
		return false
	}
	lexer.SetResultSymbol(s.symbols[token])
	return true
}

func lexerOf(handle C.uintptr_t) *gotreesitter.ExternalLexer {
	return cgo.Handle(handle).Value().(*gotreesitter.ExternalLexer)
}

//export goAdvance
func goAdvance(handle C.uintptr_t, skip C.bool) C.int32_t {
	lexer := lexerOf(handle)
	lexer.Advance(bool(skip))
	return C.int32_t(lexer.Lookahead())
}

//export goMarkEnd
func goMarkEnd(handle C.uintptr_t) { lexerOf(handle).MarkEnd() }

//export goColumn
func goColumn(handle C.uintptr_t) C.uint32_t { return C.uint32_t(lexerOf(handle).Column()) }
