local M = {}

function M.a()
end

function M.c()
end

return M
