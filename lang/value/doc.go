// Package value holds the values that programs work on: immutable and
// JSON-like, plus the few that JSON does not have (functions, procedures,
// taskers and regular expressions).
//
// A [Value] is small and passed by value. Collections are immutable: each
// method that "changes" one returns a new one and leaves the receiver as it
// was, sharing what it can, so values may be kept, shared between executions
// and read from any number of goroutines without locks or deep copies.
//
// Beside the values stand what is needed to work with them: arithmetic that
// grows to big integers rather than overflow, comparison, paths that reach
// into nested collections, JSON for people and other programs, and a
// deterministic CBOR for storage.
package value

// MaxDepth is how deeply nested a value the decoders accept. A host that
// builds values keeps [Value.Depth] at or below it, so that whatever it
// stores it can also read back, and [Value.Weight] within what it can afford
// to store.
const MaxDepth = 10_000
