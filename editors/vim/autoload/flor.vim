" What the filetype plugin and the indent file for flows of florc share.

" Strings, regular expressions and comments, on one line.
let s:opaque = '''\%(\\.\|[^''\\]\)*''\|"\%(\\.\|[^"\\]\)*"\|\<r\%(e\|x\|ex\|egex\)\?/\%(\\.\|[^/\\]\)\+/\|#.*$\|//.*$'

" s:strip makes one letter of each string, and nothing of comments.
function! s:strip(text) abort
  return substitute(a:text, s:opaque, '\=submatch(0) =~# "^\\%(#\\|//\\)" ? "" : "S"', 'g')
endfunction

" s:start returns a line above from which to read: a line in column 0, at most
" 200 lines up.
function! s:start(lnum) abort
  let lnum = a:lnum
  while lnum > 1 && lnum > a:lnum - 200 && getline(lnum) !~# '^[^][:blank:])}''"]'
    let lnum -= 1
  endwhile
  return max([lnum, 1])
endfunction

" s:read reads up to the end of a line. It returns the first line of the last
" logical line, its text without what stands in brackets, the lines of the
" brackets that are open, innermost last, and whether a string is.
function! s:read(lnum) abort
  let state = {'first': a:lnum, 'text': '', 'open': [], 'string': ''}
  let goes_on = 0
  for lnum in range(s:start(a:lnum), a:lnum)
    let line = getline(lnum)
    if state.string !=# ''
      let end = stridx(line, state.string)
      if end < 0
        continue
      endif
      let line = 'S' . line[end + 3 :]
      let state.string = ''
      let goes_on = 1
    endif
    let mark = matchstr(s:unclosed(line), '.*\zs\%("""\|''''''\)')
    if mark !=# ''
      let line = line[: strridx(line, mark) - 1]
      let state.string = mark
    endif
    let line = s:strip(line)
    if line !~# '\S'
      continue
    endif
    if !goes_on
      let state.first = lnum
      let state.text = ''
    endif
    for char in split(line, '\zs')
      if stridx('([{', char) >= 0
        if empty(state.open)
          let state.text .= 'B'
        endif
        call add(state.open, lnum)
      elseif stridx(')]}', char) >= 0
        if !empty(state.open)
          call remove(state.open, -1)
        endif
      elseif empty(state.open)
        let state.text .= char
      endif
    endfor
    let goes_on = state.string !=# '' || !empty(state.open) || state.text =~# '[,:]\s*$\|\s\%(and\|or\)\s*$'
    if goes_on
      let state.text .= ' '
    endif
  endfor
  return state
endfunction

" s:unclosed returns the line if it ends within a string of several lines.
function! s:unclosed(line) abort
  let rest = a:line
  while 1
    let at = match(rest, '"""\|''''''\|#')
    if at < 0 || rest[at] ==# '#'
      return ''
    endif
    let end = stridx(rest, rest[at : at + 2], at + 3)
    if end < 0
      return a:line
    endif
    let rest = rest[end + 3 :]
  endwhile
endfunction

" s:opens tells whether children are expected below a logical line.
function! s:opens(text) abort
  let last = matchstr(a:text, '[^\\|;]*$')
  let words = split(substitute(last, '\S\zs\s\+\%(if\|unless\)\s.*', '', ''), '[[:blank:],]\+')
  if empty(words)
    return 0
  endif
  if index(g:flor#words#openers, words[0]) >= 0
    return 1
  endif
  let given = len(filter(words[1:], 'v:val !~# ":$"'))
  return given == 0 && index(g:flor#words#arguments, words[0]) >= 0
        \ || given < 2 && index(g:flor#words#targets, words[0]) >= 0
endfunction

" flor#indent is the 'indentexpr'. Indentation is meaning here: only lines that
" are being typed get one, the others keep theirs.
function! flor#indent(lnum) abort
  let line = getline(a:lnum)
  if line =~# '\S' && mode() !~# '^[iR]'
    return -1
  endif
  let above = prevnonblank(a:lnum - 1)
  if above == 0
    return 0
  endif
  let state = s:read(above)
  if state.string !=# ''
    return line =~# '\S' ? -1 : indent(above)
  endif
  if !empty(state.open)
    let opened = state.open[-1]
    if line =~# '^\s*[])}]'
      return indent(opened)
    endif
    return opened == above ? indent(above) + shiftwidth() : indent(above)
  endif
  if getline(above) =~# '^\s*\%(#\|//\)'
    return indent(above)
  endif
  let deeper = state.text =~# '[,:\\]\s*$\|\s\%(and\|or\)\s*$' || (state.text !~# '[|;]\s*$' && s:opens(state.text))
  return indent(state.first) + (deeper ? shiftwidth() : 0)
endfunction

" flor#format is the 'formatexpr': florc formats the lines in question, with
" the whole file in view. In insert mode Vim wraps comments by itself.
function! flor#format() abort
  if mode() =~# '^[iR]'
    return 1
  endif
  let range = v:lnum . ':' . (v:lnum + v:count - 1)
  let text = systemlist('florc fmt --range ' . range . ' -', getline(1, '$'))
  if v:shell_error
    echohl ErrorMsg | echomsg join(text) | echohl None
    return 0
  endif
  call s:replace(text)
  return 0
endfunction

" s:replace puts lines in place of the buffer's, and touches only those that
" differ.
function! s:replace(lines) abort
  let old = getline(1, '$')
  let head = 0
  while head < len(old) && head < len(a:lines) && old[head] ==# a:lines[head]
    let head += 1
  endwhile
  let tail = 0
  while tail < len(old) - head && tail < len(a:lines) - head && old[-1 - tail] ==# a:lines[-1 - tail]
    let tail += 1
  endwhile
  if head + tail == len(old) && len(old) == len(a:lines)
    return
  endif
  let view = winsaveview()
  let new = a:lines[head : len(a:lines) - tail - 1]
  if head + tail < len(old)
    silent execute 'keepjumps' (head + 1) . ',' . (len(old) - tail) . 'delete _'
  endif
  call append(head, new)
  call winrestview(view)
endfunction
