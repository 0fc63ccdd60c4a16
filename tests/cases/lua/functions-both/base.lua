local M = {}

function M.a()
end

return M
