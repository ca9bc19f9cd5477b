// Package florc is the root of the florc project: a small language for
// business processes and the engine that runs them. It holds no code; see
// lang for the language, vm for the machine, stdlib for the procedures,
// runtime for what surrounds them, and cmd/florc for the command line.
package florc
