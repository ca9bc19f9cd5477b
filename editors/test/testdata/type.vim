" Types each file that is named in the list, line by line, and writes the
" lines that get another indentation than they have, as file:line: got want.
" A line that is indented less than the one above may get more: that is where
" one presses the key that takes indentation away.
function! Type(list, out) abort
  let wrong = []
  for path in readfile(a:list)
    let lines = readfile(path)
    enew!
    setfiletype flor
    call setline(1, lines[0])
    let above = indent(1)
    let inside = 0
    for i in range(1, len(lines) - 1)
      let text = substitute(lines[i], '^\s*', '', '')
      call cursor(i, 1)
      execute "normal! A\<CR>" . strpart(text, 0, text =~# '^[])}]' ? 1 : 0) . 'x'
      let got = indent(i + 1)
      call setline(i + 1, lines[i])
      if text ==# ''
        continue
      endif
      let want = indent(i + 1)
      if want >= above ? got != want : got < want
        call add(wrong, printf('%s:%d: got %d, want %d: %s', path, i + 1, got, want, lines[i]))
      endif
      let above = want
    endfor
    if getline(1, '$') !=# lines
      call add(wrong, path . ' is another text')
    endif
    bwipeout!
  endfor
  call writefile(wrong, a:out)
endfunction

" Indents each file anew, and writes the names of those that change.
function! Reindent(list, out) abort
  let wrong = []
  enew!
  setfiletype flor
  setlocal undolevels=-1
  for path in readfile(a:list)
    silent %delete _
    call setline(1, readfile(path))
    normal! gg=G
    if getline(1, '$') !=# readfile(path)
      call add(wrong, path)
    endif
  endfor
  call writefile(wrong, a:out)
endfunction
