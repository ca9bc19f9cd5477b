-- The language server, for Neovim before 0.11: require('florc').setup().
local M = {}

local config = dofile(vim.api.nvim_get_runtime_file('lsp/florc.lua', false)[1])

-- root returns the folder above a file that holds one of the root markers,
-- or the file's own.
local function root(file)
  local own = vim.fn.fnamemodify(file, ':p:h')
  for _, marker in ipairs(config.root_markers) do
    local dir = own
    while true do
      if vim.loop.fs_stat(dir .. '/' .. marker) then
        return dir
      end
      local up = vim.fn.fnamemodify(dir, ':h')
      if up == dir then
        break
      end
      dir = up
    end
  end
  return own
end

-- One server for each root: vim.lsp.start came with Neovim 0.8.
local clients = {}

local function start(options)
  if vim.lsp.start then
    vim.lsp.start(options)
    return
  end
  local id = clients[options.root_dir]
  if not id or vim.lsp.client_is_stopped(id) then
    id = vim.lsp.start_client(options)
    clients[options.root_dir] = id
  end
  if id then
    vim.lsp.buf_attach_client(0, id)
    vim.bo.omnifunc = 'v:lua.vim.lsp.omnifunc' -- later versions set it themselves
  end
end

-- setup starts the server for each flow that is opened. The options are those
-- of vim.lsp.start, such as on_attach and capabilities.
function M.setup(options)
  vim.api.nvim_create_autocmd('FileType', {
    pattern = config.filetypes,
    callback = function(event)
      start(vim.tbl_extend('force', {
        name = 'florc',
        cmd = config.cmd,
        root_dir = root(event.file),
      }, options or {}))
    end,
  })
end

return M
