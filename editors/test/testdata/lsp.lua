-- Uses the language server in Neovim as a user does, and writes what comes.
local out = {}

local function note(format, ...)
  table.insert(out, (string.format(format, ...):gsub('\n', ' ')))
end

-- wait fails when nothing comes for a minute.
local function wait(what, condition)
  if not vim.wait(60000, condition, 50) then
    error('waited in vain for ' .. what)
  end
end

local function name()
  return vim.fn.fnamemodify(vim.api.nvim_buf_get_name(0), ':.')
end

-- at puts the cursor on the last character of a text.
local function at(text)
  vim.fn.cursor(1, 1)
  if vim.fn.search(text, 'ceW') == 0 then
    error('no ' .. text)
  end
end

local function lines()
  return table.concat(vim.api.nvim_buf_get_lines(0, 0, -1, false), '|')
end

-- diagnostics
vim.cmd('edit main.flo')
wait('diagnostics', function() return #vim.diagnostic.get(0) > 0 end)
for _, d in ipairs(vim.diagnostic.get(0)) do
  note('diagnostic %d:%d-%d %s %s', d.lnum + 1, d.col + 1, d.end_col + 1, vim.diagnostic.severity[d.severity], d.message:match('"[^"]*"') or d.message)
end

-- completion, while the line does not parse
vim.fn.append('$', 'set f.x (upc')
vim.cmd('normal! G$')
local params = vim.lsp.util.make_position_params()
params.position.character = params.position.character + 1
local answers = assert(vim.lsp.buf_request_sync(0, 'textDocument/completion', params, 60000))
for _, answer in pairs(answers) do
  local labels = {}
  for _, item in ipairs(vim.lsp.util.extract_completion_items(answer.result)) do
    labels[item.label] = true
  end
  note('completion %s', labels['upcase'] and 'upcase' or vim.inspect(labels))
end
vim.cmd('normal! Gdd')

-- hover
at('capitali')
vim.lsp.buf.hover()
local function float()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= '' then
      return window
    end
  end
end
wait('hover', float)
local text = table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(float()), 0, -1, false), ' ')
note('hover %s', text:match('capitalize') or text)
vim.api.nvim_win_close(float(), true)

-- definition, in another file
at('(gree')
vim.lsp.buf.definition()
wait('the definition', function() return name() ~= 'main.flo' or vim.fn.line('.') ~= 2 end)
note('definition %s %d:%d', name(), vim.fn.line('.'), vim.fn.col('.'))

-- rename, in both files
vim.lsp.buf.rename('salute')
wait('rename', function() return lines():find('salute') end)
note('rename %s', vim.fn.getline(1))
vim.cmd('buffer main.flo')
wait('rename elsewhere', function() return lines():find('salute') end)
note('rename %s', vim.fn.getline(2))

-- format
if vim.lsp.buf.format then
  vim.lsp.buf.format({ timeout_ms = 60000 })
else
  vim.lsp.buf.formatting_sync({}, 60000)
end
note('format %s', vim.fn.getline(4))

vim.fn.writefile(out, 'out')
