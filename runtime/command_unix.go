//go:build unix

package runtime

import (
	"os/exec"
	"syscall"
)

// killWithChildren has the end of the command's context kill what it started,
// too.
func killWithChildren(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
