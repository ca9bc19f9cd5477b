-- The language server, for Neovim 0.11 and later: vim.lsp.enable('florc').
return {
  cmd = { 'florc', 'lsp' },
  filetypes = { 'flor' },
  root_markers = { 'florc.conf', '.git' },
}
