" Writes the syntax group of each stretch of text of a buffer.
function! Dump(path) abort
  let out = []
  for lnum in range(1, line('$'))
    let text = getline(lnum)
    let from = 0
    let last = ''
    for col in range(0, len(text))
      let group = col < len(text) ? synIDattr(synID(lnum, col + 1, 1), 'name') : ''
      if group !=# last
        let piece = text[from : col - 1]
        if last !=# '' && piece =~# '\S'
          call add(out, printf('%d:%d %s %s', lnum, from + 1, last, piece))
        endif
        let from = col
        let last = group
      endif
    endfor
  endfor
  call writefile(out, a:path)
endfunction

" Writes beside each listed file what kind each of its bytes is of: c, s, r, n,
" o or a blank, see kinds_test.go.
function! Kinds(list) abort
  let kinds = {'florComment': 'c', 'florTodo': 'c', 'florString': 's', 'florText': 's', 'florRegex': 'r', 'florNumber': 'n', 'florOperator': 'o'}
  for path in readfile(a:list)
    " a buffer that was changed would be parsed from its start at each call
    execute 'edit' fnameescape(path)
    let out = []
    for lnum in range(1, line('$'))
      let text = ''
      for col in range(1, len(getline(lnum)))
        let name = synIDattr(synID(lnum, col, 1), 'name')
        if name ==# 'florEscape'
          let name = synIDattr(synstack(lnum, col)[-2], 'name')
        endif
        let text .= get(kinds, name, ' ')
      endfor
      call add(out, text)
    endfor
    call writefile(out, path . '.kinds')
    bwipeout!
  endfor
endfunction
