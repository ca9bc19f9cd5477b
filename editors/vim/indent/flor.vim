" Vim indent file: flows of florc

if exists('b:did_indent')
  finish
endif
let b:did_indent = 1

setlocal indentexpr=flor#indent(v:lnum) indentkeys=0],0},0),o,O,!^F nolisp autoindent

let b:undo_indent = 'setlocal indentexpr< indentkeys< lisp< autoindent<'
