autocmd BufNewFile,BufRead *.flo setfiletype flor
