" Vim filetype plugin: flows of florc

if exists('b:did_ftplugin')
  finish
endif
let b:did_ftplugin = 1

let s:cpo = &cpo
set cpo&vim

setlocal comments=:#,:// commentstring=#\ %s formatoptions-=t formatoptions+=croql
setlocal expandtab shiftwidth=2 softtabstop=2
setlocal iskeyword=@,48-57,_,-,?,!,192-255
setlocal suffixesadd=.flo
setlocal include=^\\s*\\%(import\\\|graft\\)\\s\\+['\"]\\zs[^'\"]\\+
setlocal define=^\\s*\\%(define\\\|set\\)\\s
setlocal keywordprg=florc\ doc
setlocal formatexpr=flor#format()
compiler florc

let b:undo_ftplugin = 'setlocal comments< commentstring< formatoptions< expandtab< shiftwidth< softtabstop< iskeyword<'
      \ . ' suffixesadd< include< define< keywordprg< formatexpr< makeprg< errorformat<'

let &cpo = s:cpo
unlet s:cpo
