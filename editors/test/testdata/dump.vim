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
