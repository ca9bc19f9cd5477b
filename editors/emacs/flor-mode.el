;;; flor-mode.el --- Flows of florc  -*- lexical-binding: t; -*-

;; Package-Requires: ((emacs "28.1"))
;; Keywords: languages
;; URL: https://github.com/florc-lang/florc

;;; Commentary:

;; A major mode for .flo files, definitions of business processes.  What needs
;; the program florc looks for it in `exec-path'.

;;; Code:

(require 'flor-words)
(require 'flymake)
(require 'compile)

(defvar eglot-server-programs)

(defgroup flor nil
  "Flows of florc."
  :group 'languages)

(defcustom flor-indent-offset 2
  "How many blanks a level of indentation has."
  :type 'natnum
  :safe #'natnump)

(defcustom flor-program "florc"
  "The program that checks and formats flows."
  :type 'string)

(defconst flor--name "[^][ \t\n\r.:;|\"',(){}#\\\\]+"
  "Matches a name.")

;;; Syntax

(defvar flor-mode-syntax-table
  (let ((table (make-syntax-table)))
    (dolist (char (string-to-list "-_?!+*%=<>&@$^~`"))
      (modify-syntax-entry char "_" table))
    ;; `flor-syntax-propertize' marks strings and regular expressions.
    (dolist (char (string-to-list "'\"\\.:;|,"))
      (modify-syntax-entry char "." table))
    (modify-syntax-entry ?/ ". 12" table)
    (modify-syntax-entry ?# "<" table)
    (modify-syntax-entry ?\n ">" table)
    table)
  "What characters mean in flows.")

(defconst flor--regexp-rest "\\(?:[^/\\\n]\\|\\\\[^\n]\\)+/[imxouesn]*"
  "Matches what follows the slash that opens a regular expression.")

(defun flor--regexp-here-p (slash)
  "Return non-nil if the SLASH at that position may open a regular expression."
  (save-excursion
    (goto-char slash)
    (or (looking-back "\\_<\\(?:r\\|rx\\|re\\|rex\\|regex\\)" (line-beginning-position))
        (progn (skip-chars-backward " \t")
               (or (bolp) (memq (char-before) '(?\( ?\[ ?{ ?, ?: ?\\ ?| ?\; ?< ?> ?=)))))))

(defun flor--skip-dollar ()
  "Move over what stands in $(…), from behind its parenthesis."
  (let ((depth 1))
    (while (and (> depth 0) (not (eobp)))
      (skip-chars-forward "^()'\"/\n")
      (pcase (char-after)
        (?\( (setq depth (1+ depth)) (forward-char))
        (?\) (setq depth (1- depth)) (forward-char))
        ((or ?' ?\") (flor--skip-string))
        (?/ (if (and (flor--regexp-here-p (point)) (looking-at (concat "/" flor--regexp-rest)))
                (goto-char (match-end 0))
              (forward-char)))
        (?\n (forward-char))))))

(defun flor--skip-string ()
  "Move over the string at point.  Return non-nil if it is closed."
  (let* ((quote (char-after))
         (mark (if (looking-at "'''\\|\"\"\"") (match-string 0) (string quote)))
         (stop (concat "^" (string quote) "\\\\$" (if (= (length mark) 1) "\n" "")))
         closed)
    (forward-char (length mark))
    (while (and (not closed) (not (eobp))
                (progn (skip-chars-forward stop)
                       (not (or (eobp) (and (= (length mark) 1) (eolp))))))
      (cond
       ((eq (char-after) ?\\) (forward-char (if (memq (char-after (1+ (point))) '(?\n nil)) 1 2)))
       ((looking-at-p (regexp-quote mark)) (forward-char (length mark)) (setq closed t))
       ((and (eq quote ?\") (looking-at-p "\\$(")) (forward-char 2) (flor--skip-dollar))
       (t (forward-char))))
    closed))

(defun flor--fence (pos)
  "Make the character at POS one that starts or ends a string."
  (put-text-property pos (1+ pos) 'syntax-table (string-to-syntax "|")))

(defun flor-syntax-propertize (start end)
  "Mark strings and regular expressions from START to END."
  (goto-char start)
  (when-let ((from (nth 8 (syntax-ppss))))
    (goto-char from))
  (while (re-search-forward "[#'\"]\\|//\\|\\_<\\(?:r\\|rx\\|re\\|rex\\|regex\\)/\\|/" end t)
    (let ((from (match-beginning 0)))
      (cond
       ((member (match-string 0) '("#" "//")) (end-of-line))
       ((memq (char-after from) '(?' ?\"))
        (goto-char from)
        (let ((closed (flor--skip-string)))
          (flor--fence from)
          (cond (closed (flor--fence (1- (point))))
                ((not (eobp)) (flor--fence (point)) (forward-char)))))
       ((and (flor--regexp-here-p (1- (point))) (looking-at flor--regexp-rest))
        (flor--fence from)
        (goto-char (match-end 0))
        (flor--fence (1- (point))))))))

;;; Colours

(defun flor--set (&rest lists)
  "Make a hash table of the words in LISTS."
  (let ((table (make-hash-table :test #'equal)))
    (dolist (list lists table)
      (dolist (word list)
        (puthash word t table)))))

(defconst flor--flow (flor--set flor-words-flow))
(defconst flor--functions (flor--set flor-words-functions))
(defconst flor--attributes (flor--set flor-words-attributes))

(defun flor--continued-p (pos)
  "Return non-nil if the line of POS goes on with the line above."
  (save-excursion
    (goto-char pos)
    (forward-line 0)
    (forward-comment (- (point)))
    (or (memq (char-before) '(?, ?:))
        (looking-back "[ \t]\\(?:and\\|or\\)" (line-beginning-position)))))

(defun flor--head-face ()
  "Return the face of the head that was matched, nil if it is none."
  (let ((name (match-string 1))
        (start (match-beginning 1))
        (end (match-end 1)))
    (save-match-data
      (let ((open (nth 1 (save-excursion (syntax-ppss start)))))
        (cond
         ((and open (memq (char-after open) '(?\[ ?{))) nil)
         ((memq (char-after end) '(?. ?\[)) nil)
         ((save-excursion (goto-char end) (looking-at-p "[ \t]*:")) nil)
         ((and (save-excursion (goto-char start) (skip-chars-backward " \t") (bolp))
               (flor--continued-p start))
          nil)
         ((gethash name flor--flow) 'font-lock-keyword-face)
         ((gethash name flor--functions) 'font-lock-builtin-face)
         ((string-match-p "\\`[-+]?[0-9]" name) nil)
         ((member name '("true" "false" "null")) 'font-lock-constant-face)
         ((save-excursion (goto-char end) (looking-at-p (concat "[ \t]+\\(?:[-+*/%<>=!]\\|and\\_>\\|or\\_>\\)"))) nil)
         ((save-excursion (goto-char end) (looking-at-p "[ \t]+[^] \t\n)}#\\|;]")) 'font-lock-function-name-face))))))

(defun flor--key-face ()
  "Return the face of the key that was matched."
  (if (gethash (match-string 1) flor--attributes)
      'font-lock-preprocessor-face
    'font-lock-variable-name-face))

(defun flor--condition-face ()
  "Return the face of what was matched behind a postfix if or unless."
  (let ((name (match-string 2)))
    (and name (not (memq (char-after (match-end 2)) '(?. ?\[)))
         (or (gethash name flor--flow) (gethash name flor--functions))
         'font-lock-builtin-face)))

(defun flor--match-dollar (limit)
  "Find the next $(…) in a double-quoted string, up to LIMIT."
  (let (found)
    (while (and (not found) (search-forward "$(" limit t))
      (let ((start (nth 8 (save-excursion (syntax-ppss (match-beginning 0))))))
        (when (and start (memq (char-after start) '(?\" ?/ ?r)))
          (let ((from (match-beginning 0)))
            (save-excursion (flor--skip-dollar) (set-match-data (list from (min (point) limit))))
            (setq found t)))))
    found))

(defun flor--match-escape (limit)
  "Find the next escape in a string, up to LIMIT."
  (let (found)
    (while (and (not found) (re-search-forward "\\\\\\(?:u[[:xdigit:]]\\{4\\}\\|.\\)" limit t))
      (setq found (nth 3 (save-match-data (save-excursion (syntax-ppss (match-beginning 0)))))))
    found))

(defvar flor-font-lock-keywords
  `((,(concat "\\(?:^\\|[(\\|;]\\)[ \t]*\\(" flor--name "\\)") 1 (flor--head-face))
    (,(concat "\\_<" flor-words-define "[ \t]+\\(" flor--name "\\)") 1 font-lock-function-name-face)
    (,(concat "\\_<" (regexp-opt flor-words-on) "[ \t]+" (regexp-opt flor-words-events t) "\\_>") 1 font-lock-keyword-face)
    (,(concat "\\(" flor--name "\\)[ \t]*:") 1 (flor--key-face))
    (,(concat "[^ \t\n(\\|;][ \t]+\\_<" (regexp-opt flor-words-condition t) "[ \t]+\\(?:\\(" flor--name "\\)\\|[^ \t:]\\)")
     (1 font-lock-keyword-face) (2 (flor--condition-face) nil t))
    (,(concat "[ \t]" (regexp-opt flor-words-flags t) "[ \t]*\\(?:$\\|#\\|if\\_>\\|unless\\_>\\)") 1 font-lock-preprocessor-face)
    (,(concat "\\_<" (regexp-opt flor-words-roots t) "[.[]") 1 font-lock-type-face)
    ("[^.]\\_<\\(true\\|false\\|null\\)\\_>[^.:[]" 1 font-lock-constant-face)
    (flor--match-escape 0 font-lock-constant-face t)
    (flor--match-dollar 0 font-lock-variable-name-face t))
  "What is coloured beside strings and comments.")

;;; Indentation

(defun flor--logical-start ()
  "Return where the logical line of point starts."
  (save-excursion
    (forward-line 0)
    (let ((again t))
      (while again
        (let ((ppss (syntax-ppss)))
          (cond
           ((or (nth 8 ppss) (nth 9 ppss))
            (goto-char (or (car (nth 9 ppss)) (nth 8 ppss)))
            (forward-line 0))
           ((and (not (bobp)) (not (looking-at-p "[ \t]*\\(?:#\\|//\\|$\\)")) (flor--continued-p (point)))
            (forward-comment (- (point)))
            (forward-line 0))
           (t (setq again nil))))))
    (point)))

(defun flor--code (start end)
  "Return the text from START to END without comments and what is in brackets.
Of a string, its first character is left."
  (let (chars)
    (save-excursion
      (dotimes (i (- end start))
        (let ((ppss (syntax-ppss (+ start i))))
          (unless (or (nth 8 ppss) (> (car ppss) 0))
            (push (char-after (+ start i)) chars)))))
    (replace-regexp-in-string "#.*\\|//?.*\n?\\'" "" (concat (nreverse chars)))))

(defun flor--opens-p (code)
  "Return non-nil if children are expected below the line CODE."
  (string-match "[^\\|;]*\\'" code)
  (let* ((last (replace-regexp-in-string "\\(\\S-\\)\\s-+\\(?:if\\|unless\\)\\s-\\(?:.\\|\n\\)*" "\\1" (match-string 0 code)))
         (words (split-string last "[ \t\n,]+" t))
         (given (seq-count (lambda (word) (not (string-suffix-p ":" word))) (cdr words))))
    (or (member (car words) flor-words-openers)
        (and (= given 0) (member (car words) flor-words-arguments))
        (and (< given 2) (member (car words) flor-words-targets)))))

(defun flor--indentation ()
  "Return the indentation that the line of point would have, typed anew.
It is nil within a string."
  (save-excursion
    (forward-line 0)
    (let* ((ppss (syntax-ppss))
           (open (nth 1 ppss))
           (closes (looking-at-p "[ \t]*[])}]")))
      (cond
       ((nth 3 ppss) nil)
       ((and open closes) (save-excursion (goto-char open) (current-indentation)))
       (t
        (skip-chars-backward " \t\n")
        (cond
         ((bobp) 0)
         (open
          (+ (current-indentation)
             (if (>= open (line-beginning-position)) flor-indent-offset 0)))
         ((save-excursion (forward-line 0) (looking-at-p "[ \t]*\\(?:#\\|//\\)"))
          (current-indentation))
         (t
          (let* ((start (flor--logical-start))
                 (code (string-trim-right (flor--code start (point)))))
            (+ (save-excursion (goto-char start) (current-indentation))
               (if (or (string-match-p "[,:\\]\\'\\|[ \t]\\(?:and\\|or\\)\\'" code)
                       (and (not (string-match-p "[|;]\\'" code)) (flor--opens-p code)))
                   flor-indent-offset
                 0))))))))))

(defun flor-indent-line ()
  "Indent the line of point as if it were typed anew.
Used again and again, it takes a level off each time."
  (interactive)
  (when-let ((indent (flor--indentation)))
    (let ((now (current-indentation)))
      (when (and (eq this-command last-command) (eq this-command 'indent-for-tab-command)
                 (<= now indent))
        (setq indent (if (> now 0) (max 0 (- now flor-indent-offset)) indent))))
    (if (<= (current-column) (current-indentation))
        (indent-line-to indent)
      (save-excursion (indent-line-to indent)))))

;;; florc

(defun flor-format-buffer ()
  "Format the buffer with florc."
  (interactive)
  (let ((source (current-buffer))
        (errors (make-temp-file "florc")))
    (unwind-protect
        (with-temp-buffer
          (let ((formatted (current-buffer)))
            (if (with-current-buffer source
                  (eq 0 (call-process-region nil nil flor-program nil (list formatted errors) nil "fmt" "-")))
                (with-current-buffer source (replace-buffer-contents formatted))
              (user-error "%s" (with-temp-buffer (insert-file-contents errors) (string-trim (buffer-string)))))))
      (delete-file errors))))

(defvar-local flor--flymake-process nil)

(defconst flor--finding "^.*?:\\([0-9]+\\):\\([0-9]+\\): \\([a-z]+\\)\\(\\[[^]]*\\]: .*\\)$"
  "Matches a line of florc check.")

(defun flor-flymake (report &rest _)
  "Check the buffer with florc, and give REPORT the findings."
  (unless (executable-find flor-program)
    (error "No %s in `exec-path'" flor-program))
  (when (process-live-p flor--flymake-process)
    (kill-process flor--flymake-process))
  (let ((source (current-buffer)))
    (save-restriction
      (widen)
      (setq flor--flymake-process
            (make-process
             :name "florc check" :noquery t :connection-type 'pipe
             :buffer (generate-new-buffer " *florc check*")
             :command (list flor-program "check" "--format" "concise" "-")
             :sentinel
             (lambda (process _event)
               (unless (process-live-p process)
                 (unwind-protect
                     (when (and (buffer-live-p source) (eq process (buffer-local-value 'flor--flymake-process source)))
                       (funcall report (flor--findings source (process-buffer process))))
                   (kill-buffer (process-buffer process)))))))
      (process-send-region flor--flymake-process (point-min) (point-max))
      (process-send-eof flor--flymake-process))))

(defun flor--findings (source output)
  "Return the findings for the buffer SOURCE that are in the buffer OUTPUT."
  (let (found)
    (with-current-buffer output
      (goto-char (point-min))
      (while (re-search-forward flor--finding nil t)
        (let* ((line (string-to-number (match-string 1)))
               (column (string-to-number (match-string 2)))
               (severity (match-string 3))
               (text (concat severity (match-string 4)))
               (region (flymake-diag-region source line column)))
          (push (flymake-make-diagnostic
                 source (car region) (cdr region)
                 (pcase severity ("error" :error) ("warning" :warning) (_ :note))
                 text)
                found))))
    (nreverse found)))

(add-to-list 'compilation-error-regexp-alist-alist
             '(florc "^\\([^:\n]+\\):\\([0-9]+\\):\\([0-9]+\\): \\(?:error\\|\\(warning\\)\\|\\(info\\|hint\\)\\)\\["
                     1 2 3 (4 . 5)))
(add-to-list 'compilation-error-regexp-alist 'florc)

;;; The mode

(defvar flor-mode-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "C-c C-f") #'flor-format-buffer)
    map)
  "Keys for flows.")

;;;###autoload
(define-derived-mode flor-mode prog-mode "Flor"
  "Mode for flows of florc."
  (setq-local comment-start "# "
              comment-start-skip "\\(?:#+\\|//+\\)[ \t]*"
              syntax-propertize-function #'flor-syntax-propertize
              font-lock-defaults '(flor-font-lock-keywords)
              indent-line-function #'flor-indent-line
              ;; Indentation has a meaning: lines that are there keep theirs.
              indent-region-function #'ignore
              electric-indent-inhibit t
              indent-tabs-mode nil
              imenu-generic-expression
              `((nil ,(concat "^[ \t]*" flor-words-define "[ \t]+\\(" flor--name "\\)") 1))
              compile-command (concat flor-program " check --format concise ."))
  (add-hook 'flymake-diagnostic-functions #'flor-flymake nil t))

;;;###autoload
(add-to-list 'auto-mode-alist '("\\.flo\\'" . flor-mode))

(with-eval-after-load 'eglot
  (add-to-list 'eglot-server-programs `(flor-mode . (,flor-program "lsp"))))

(provide 'flor-mode)

;;; flor-mode.el ends here
