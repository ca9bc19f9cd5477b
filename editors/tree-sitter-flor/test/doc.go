// Package test holds the tests of the grammar. They are a module of their own,
// so that the parser generator that they need is no dependency of florc.
package test
