autocmd BufRead,BufNewFile *.c360 setfiletype c360
