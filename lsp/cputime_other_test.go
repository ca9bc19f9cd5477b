//go:build !unix

package lsp_test

import "time"

var begin = time.Now()

// cpuTime is the time that has passed; there is no measure of the processor's.
func cpuTime() time.Duration { return time.Since(begin) }
