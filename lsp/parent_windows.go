package lsp

import (
	"context"
	"os"
)

// WatchProcess calls gone when a process ends, unless ctx is done before.
func WatchProcess(ctx context.Context, pid int, gone func()) {
	p, err := os.FindProcess(pid)
	if err != nil {
		gone()
		return
	}
	ended := make(chan struct{})
	go func() {
		_, _ = p.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		gone()
	case <-ctx.Done():
	}
}
