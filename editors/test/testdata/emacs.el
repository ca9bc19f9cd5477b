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

;;; emacs.el ends here
