;;; emacs.el --- What the tests do in Emacs  -*- lexical-binding: t; -*-

(defun test-write (path lines)
  (with-temp-file path (insert (mapconcat (lambda (l) (concat l "\n")) lines ""))))

(defun test-lines (path)
  (with-temp-buffer (insert-file-contents path) (split-string (buffer-string) "\n" t)))

(defun test-faces (path out)
  "Write the face of each stretch of text in the flow PATH to OUT."
  (find-file path)
  (font-lock-ensure)
  (goto-char (point-min))
  (let (lines)
    (while (not (eobp))
      (let* ((face (get-text-property (point) 'face))
             (end (min (line-end-position) (next-single-property-change (point) 'face nil (point-max))))
             (text (buffer-substring-no-properties (point) end)))
        (when (and face (string-match-p "\\S-" text))
          (push (format "%d:%d %s %s" (line-number-at-pos) (1+ (current-column))
                        (string-remove-suffix "-face" (string-remove-prefix "font-lock-" (format "%s" face))) text)
                lines))
        (goto-char (if (= end (point)) (1+ end) end))))
    (test-write out (nreverse lines))))

(defun test-type (list out)
  "Type the files in LIST line by line; write what is indented otherwise to OUT."
  (let (wrong)
    (dolist (path (test-lines list))
      (let ((lines (with-temp-buffer (insert-file-contents path) (split-string (buffer-string) "\n"))))
        (with-temp-buffer
          (flor-mode)
          (insert (car lines))
          (let ((above 0) (number 1))
            (dolist (line (cdr lines))
              (setq number (1+ number))
              (let ((text (string-trim-left line)))
                (if (string-empty-p text)
                    (insert "\n")
                  (insert "\n" (if (string-match-p "\\`[])}]" text) (substring text 0 1) "") "x")
                  (flor-indent-line)
                  (let ((got (current-indentation))
                        (want (- (length line) (length text))))
                    (when (if (>= want above) (/= got want) (< got want))
                      (push (format "%s:%d: got %d, want %d: %s" path number got want line) wrong))
                    (setq above want))
                  (delete-region (line-beginning-position) (point))
                  (insert line))))))))
    (test-write out (nreverse wrong))))

(defun test-reindent (list out)
  "Indent the files in LIST anew; write those that change to OUT."
  (let (wrong)
    (dolist (path (test-lines list))
      (with-temp-buffer
        (insert-file-contents path)
        (flor-mode)
        (let ((before (buffer-string)))
          (indent-region (point-min) (point-max))
          (unless (equal before (buffer-string))
            (push path wrong)))))
    (test-write out wrong)))

;; A regular expression is a string here.
(defun test-kinds (list)
  "Write beside each file in LIST what kind each of its bytes is of."
  (dolist (path (test-lines list))
    (with-temp-buffer
      (insert-file-contents path)
      (flor-mode)
      (syntax-propertize (point-max))
      (let (kinds)
        (goto-char (point-min))
        (while (not (eobp))
          (let* ((ppss (save-excursion (syntax-ppss (1+ (point)))))
                 (before (save-excursion (syntax-ppss (point))))
                 (kind (cond ((eq (char-after) ?\n) ?\n)
                             ((or (nth 4 ppss) (nth 4 before)) ?c)
                             ((or (nth 3 ppss) (nth 3 before)) ?s)
                             (t ?\s))))
            (push (make-string (string-bytes (string (char-after))) kind) kinds))
          (forward-char))
        (let ((text (apply #'concat (nreverse kinds))))
          (with-temp-file (concat path ".kinds") (insert text)))))))

(defvar test-folder default-directory
  "The folder in which Emacs was started.")

(defun test-wait (what condition)
  "Wait until CONDITION holds; fail after a minute."
  (with-timeout (60 (error "Waited in vain for %s" what))
    (while (not (funcall condition))
      (accept-process-output nil 0.05))))

(defun test-line (n)
  "Return line N of the buffer."
  (save-excursion (goto-char (point-min)) (forward-line (1- n)) (buffer-substring-no-properties (point) (line-end-position))))

(defun test-at (text)
  "Go to the last character of the first TEXT."
  (goto-char (point-min))
  (search-forward text)
  (backward-char))

(defvar eglot-confirm-server-initiated-edits)
(defvar eglot-sync-connect)
(declare-function eglot-completion-at-point "eglot")
(declare-function eglot-hover-eldoc-function "eglot")
(declare-function eglot--signal-textDocument/didChange "eglot")
(declare-function eglot-rename "eglot")
(declare-function eglot-format-buffer "eglot")

(defun test-lsp (out)
  "Use the language server as a user does, and write what comes to OUT."
  (require 'eglot)
  (setq eglot-confirm-server-initiated-edits nil
        eglot-sync-connect 60)
  (let (found)
    (cl-flet ((note (&rest args) (push (replace-regexp-in-string "\n" " " (apply #'format args)) found)))
      ;; diagnostics
      (find-file "main.flo")
      (call-interactively #'eglot)
      (test-wait "diagnostics" (lambda () (flymake-diagnostics)))
      (dolist (d (flymake-diagnostics))
        (save-excursion
          (goto-char (flymake-diagnostic-beg d))
          (let ((text (flymake-diagnostic-text d)))
            (note "diagnostic %d:%d-%d %s %s" (line-number-at-pos) (1+ (current-column))
                  (1+ (progn (goto-char (flymake-diagnostic-end d)) (current-column)))
                  (pcase (flymake-diagnostic-type d) ('eglot-error "ERROR") ('eglot-warning "WARN") (type type))
                  (if (string-match "\"[^\"]*\"" text) (match-string 0 text) text)))))
      ;; completion, while the line does not parse
      (goto-char (point-max))
      (insert "set f.x (upc")
      (let ((items (all-completions "upc" (nth 2 (eglot-completion-at-point)))))
        (note "completion %s" (if (member "upcase" (mapcar #'string-trim items)) "upcase" items)))
      (delete-region (line-beginning-position) (point))
      ;; Emacs tells of changes when it is idle, which it never is here.
      (eglot--signal-textDocument/didChange)
      ;; hover
      (test-at "capitalize")
      (let (hover)
        (eglot-hover-eldoc-function (lambda (text &rest _) (setq hover (substring-no-properties (or text "none")))))
        (test-wait "hover" (lambda () hover))
        (note "hover %s" (if (string-match "capitalize" hover) (match-string 0 hover) hover)))
      ;; definition, in another file
      (test-at "(greet")
      (xref-find-definitions (xref-backend-identifier-at-point 'eglot))
      (note "definition %s %d:%d" (file-relative-name buffer-file-name test-folder)
            (line-number-at-pos) (1+ (current-column)))
      ;; rename, in both files
      (eglot-rename "salute")
      (note "rename %s" (test-line 1))
      (set-buffer (get-file-buffer (expand-file-name "main.flo" test-folder)))
      (note "rename %s" (test-line 2))
      ;; format
      (eglot-format-buffer)
      (note "format %s" (test-line 4)))
    (test-write out (nreverse found))))

;;; emacs.el ends here
