" Vim compiler file: florc check

if exists('current_compiler')
  finish
endif
let current_compiler = 'florc'

CompilerSet makeprg=florc\ check\ --format\ concise\ $*
CompilerSet errorformat=%f:%l:%c:\ %trror[FLO%n]:\ %m,%f:%l:%c:\ %tarning[FLO%n]:\ %m,%f:%l:%c:\ %tnfo[FLO%n]:\ %m,%f:%l:%c:\ %tint[FLO%n]:\ %m
