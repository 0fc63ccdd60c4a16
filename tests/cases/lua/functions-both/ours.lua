local M = {}

function M.a()
end

function M.b()
end

return M
