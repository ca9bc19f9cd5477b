" Vim syntax file: flows of florc

if exists('b:current_syntax')
  finish
endif

let s:cpo = &cpo
set cpo&vim

" A name is anything but blanks, brackets, quotes and . : ; | , # \
syntax iskeyword @,33,36-38,42-43,45,47-57,60-64,94-96,126,128-255

function! s:keywords(group, words) abort
  execute 'syntax keyword' a:group 'contained' join(a:words)
endfunction
call s:keywords('florFlow', flor#words#flow)
call s:keywords('florFunction', flor#words#functions)
call s:keywords('florCommon', flor#words#attributes)
call s:keywords('florRoot', flor#words#roots)
delfunction s:keywords

syntax cluster florValues contains=florConstant,florNumber,florName,florReference,florString,florText,florRegex,florOperator,florPostfix,florFlag,florKey,florArray,florObject,florParen,florSeparator,florComment
syntax cluster florLines contains=@florValues,florHead,florJoin

syntax match florName /\k\+/
syntax match florReference /\k\+\%(\.\k\+\)\+\|\k\+\[\@=/ contains=florRootName nextgroup=florIndex
syntax match florRootName /\%(\k\|\.\)\@1<!\k\+\ze[.[]/ contained contains=florRoot
syntax region florIndex matchgroup=florBracket start=/\[/ end=/\]/ contained contains=@florValues nextgroup=florField,florIndex
syntax match florField /\%(\.\k\+\)\+/ contained nextgroup=florIndex

syntax match florKey /\k\+\ze\s*:/ contains=florCommon
execute 'syntax match florFlag /\k\@1<!\%(' . join(flor#words#flags, '\|') . '\)\k\@!\ze\s*\%($\|#\|\/\/\|if\k\@!\|unless\k\@!\)/'

" What a line starts with: at its start, after a parenthesis or a join.
syntax match florHead /^\s*\zs\k\+\ze\%(\k\|\.\|\[\|\s*:\)\@!/ contains=florFlow,florFunction nextgroup=florEvent,florDefined skipwhite
syntax match florHead /\%([(\\|;]\s*\)\@40<=\k\+\ze\%(\k\|\.\|\[\|\s*:\)\@!/ contains=florFlow,florFunction nextgroup=florEvent,florDefined skipwhite
execute 'syntax match florDefined /\%(\<\%(' . join(flor#words#define, '\|') . '\)\s\+\)\@20<=\k\+/ contained'
execute 'syntax match florEvent /\%(\<\%(' . join(flor#words#on, '\|') . '\)\s\+\)\@20<=\%(' . join(flor#words#events, '\|') . '\)\>/ contained'

syntax match florNumber /\%(\k\@1<!\|\%(\s[-+]\)\@2<=\)[+-]\?\d\+\%(\.\d\+\)\?\%([eE][+-]\?\d\+\)\?\%(\k\|\.\)\@!/
syntax match florConstant /\k\@1<!\%(true\|false\|null\)\%(\k\|[.[]\)\@!/

" An operator that no value can follow is a name, and behind another operator
" there is a number with a sign.
syntax match florOperator /\%(\k\s\+\|[])}'"]\s*\)\@20<=\%([<>=!]=\|<>\|[-+*/%<>=]\)\ze\s*[^] \t)},:;|\\]/ nextgroup=florNumber skipwhite
syntax match florOperator /\s\@1<=\%(and\|or\)\ze\%(\s*$\|\s\+[^] \t)},:;|\\]\)/
syntax match florPostfix /\%([^[:blank:](\\|;]\s\+\)\@20<=\%(if\|unless\)\ze\s\+[^ \t:]/ nextgroup=florCondition skipwhite
syntax match florCondition /\k\+\ze\%(\k\|\.\|\[\)\@!/ contained contains=florFlow,florFunction

" What follows a comma is no line of its own, even on the next line.
syntax match florSeparator /[,:]\%(\s*\%(#\|\/\/\).*$\)\?/ contains=florComment nextgroup=@florValues skipwhite skipnl skipempty
syntax match florJoin /[\\|;]/

syntax region florArray matchgroup=florBracket start=/\[/ end=/\]/ contains=@florValues
syntax region florObject matchgroup=florBracket start=/{/ end=/}/ contains=@florValues
syntax region florParen matchgroup=florBracket start=/(/ end=/)/ contains=@florLines

syntax region florString start=/'/ skip=/\\./ end=/'/ end=/$/ contains=florEscape
syntax region florText start=/"/ skip=/\\./ end=/"/ end=/$/ contains=florEscape,florDollar
syntax region florString start=/'''/ skip=/\\./ end=/'''/ contains=florEscape
syntax region florText start=/"""/ skip=/\\./ end=/"""/ contains=florEscape,florDollar
syntax match florEscape /\\\%(u\x\{4}\|.\)/ contained
syntax region florDollar matchgroup=florDollarMark start=/\$(/ end=/)/ contained contains=@florLines

" A regular expression: after a value a slash divides.
syntax region florRegex start=/\k\@1<!\%(r\|rx\|re\|rex\|regex\)\/\ze[^/ ]/ skip=/\\./ end=/\/[imxouesn]*/ end=/$/ contains=florEscape,florDollar
syntax region florRegex start=/\%(\%(^\|[([{,:\\|;<>=+*%]\)\s*\)\@40<=\/\ze[^/ \t].*\// skip=/\\./ end=/\/[imxouesn]*/ end=/$/ contains=florEscape,florDollar

syntax match florComment /#.*$\|\/\/.*$/ contains=florTodo,@Spell
syntax keyword florTodo TODO FIXME XXX contained

syntax sync minlines=100

highlight default link florFlow Statement
highlight default link florFunction Function
highlight default link florDefined Function
highlight default link florEvent Statement
highlight default link florPostfix Conditional
highlight default link florCommon PreProc
highlight default link florFlag PreProc
highlight default link florKey Identifier
highlight default link florRoot Special
highlight default link florOperator Operator
highlight default link florJoin Delimiter
highlight default link florSeparator Delimiter
highlight default link florBracket Delimiter
highlight default link florNumber Number
highlight default link florConstant Constant
highlight default link florString String
highlight default link florText String
highlight default link florEscape SpecialChar
highlight default link florDollarMark Special
highlight default link florRegex String
highlight default link florComment Comment
highlight default link florTodo Todo

let b:current_syntax = 'flor'

let &cpo = s:cpo
unlet s:cpo
