//go:build !windows

package lsp

import (
	"context"
	"errors"
	"os"
	"syscall"
	"time"
)

// WatchProcess calls gone when a process ends, unless ctx is done before.
func WatchProcess(ctx context.Context, pid int, gone func()) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	parent := os.Getppid() == pid
	for {
		p, err := os.FindProcess(pid)
		if err == nil {
			err = p.Signal(syscall.Signal(0))
		}
		ended := errors.Is(err, os.ErrProcessDone) || errors.Is(err, syscall.ESRCH)
		if ended || parent && os.Getppid() != pid {
			gone()
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
	}
}
