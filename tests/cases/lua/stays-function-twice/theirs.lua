local M = {}

function M.a()
  return 2
end

return M
