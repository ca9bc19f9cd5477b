//go:build editors

package test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// emacs evaluates expressions in Emacs, in the folder dir, for a user who did
// what docs/editors.md says.
func emacs(t *testing.T, dir string, expressions ...string) {
	t.Helper()
	home := newHome(t)
	write(t, filepath.Join(home, "init.el"), snippet(t, "Emacs", "elisp", 1))
	args := []string{"--batch", "-q", "--eval", "(package-initialize)", "-l", filepath.Join(home, "init.el"), "-l", absolute(t, "testdata/emacs.el")}
	for _, e := range expressions {
		args = append(args, "--eval", e)
	}
	run(t, home, dir, "emacs", args...)
}

// TestEmacsCompiles byte-compiles the mode, without a warning.
func TestEmacsCompiles(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"flor-words.el", "flor-mode.el"} {
		write(t, filepath.Join(dir, name), read(t, "../emacs/"+name))
	}
	run(t, dir, dir, "emacs", "--batch", "-Q", "-L", dir, "--eval", "(setq byte-compile-error-on-warn t)", "-f", "batch-byte-compile", "flor-words.el", "flor-mode.el")
	if _, err := os.Stat(filepath.Join(dir, "flor-mode.elc")); err != nil {
		t.Error(err)
	}
}

func TestEmacsSyntax(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	emacs(t, ".", `(test-faces "`+sample(t)+`" "`+out+`")`)
	compareSyntax(t, "emacs", read(t, out))
}

func TestEmacsTyping(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	emacs(t, ".", `(test-type "`+list(t, examples(t))+`" "`+out+`")`)
	if wrong := read(t, out); wrong != "" {
		t.Error(wrong)
	}
}

func TestEmacsReindent(t *testing.T) {
	out := filepath.Join(t.TempDir(), "out")
	emacs(t, ".", `(test-reindent "`+list(t, append(examples(t), conformance(t)...))+`" "`+out+`")`)
	if wrong := read(t, out); wrong != "" {
		t.Errorf("changed:\n%s", wrong)
	}
}

// TestEmacsMode looks at comments, imenu, formatting, and what compile and
// flymake make of the findings of florc check.
func TestEmacsMode(t *testing.T) {
	dir := t.TempDir()
	out := filepath.Join(dir, "out")
	write(t, filepath.Join(dir, "a.flo"), "define greet name\n  upcase  nme\nset   f.a (greet 'x')\n")
	emacs(t, dir,
		`(find-file "a.flo")`,
		`(progn (require 'imenu) (setq found (list (mapcar #'car (imenu--make-index-alist t)) (format "%s" major-mode))))`,
		// a region is commented and uncommented
		`(progn (comment-region (point-min) (point-max)) (push (buffer-substring-no-properties (point-min) (point-max)) found) (uncomment-region (point-min) (point-max)))`,
		// formatting keeps the place
		`(progn (goto-char (point-min)) (search-forward "(greet") (flor-format-buffer) (push (buffer-substring-no-properties (point-min) (point-max)) found) (push (looking-back "(greet") found))`,
		// flymake
		`(progn (set-buffer-modified-p nil) (flymake-mode 1) (flymake-start) (with-timeout (60 (push 'timeout found)) (while (not (flymake-diagnostics)) (accept-process-output nil 0.1))))`,
		`(dolist (d (flymake-diagnostics)) (push (list (line-number-at-pos (flymake-diagnostic-beg d)) (flymake-diagnostic-type d) (substring (flymake-diagnostic-text d) 0 8)) found))`,
		// compile
		`(with-temp-buffer (insert "a.flo:2:9: error[FLO0201]: cannot find\nb.flo:1:1: warning[FLO0301]: unused\n") (compilation-mode) (let ((inhibit-read-only t)) (compilation-parse-errors (point-min) (point-max) 'florc))
		   (goto-char (point-min)) (dotimes (_ 2) (let ((m (get-text-property (point) 'compilation-message))) (push (list (compilation--message->type m) (cadr (compilation--message->loc m)) (car (compilation--message->loc m))) found)) (forward-line)))`,
		`(test-write "`+out+`" (mapcar (lambda (x) (format "%S" x)) (reverse found)))`,
	)
	want := []string{
		`"flor-mode"`, `("*Rescan*" "greet")`,
		`"# define greet name`, `#   upcase  nme`, `# set   f.a (greet 'x')`, `"`,
		`"define greet name`, `  upcase nme`, `set f.a (greet 'x')`, `"`, `t`,
		`(2 :error "error[FL")`,
		`(2 2 9)`, `(1 1 1)`,
	}
	if diff := cmp.Diff(want, strings.Split(strings.TrimSpace(read(t, out)), "\n")); diff != "" {
		t.Error(diff)
	}
}
