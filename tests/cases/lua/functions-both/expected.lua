local M = {}

function M.a()
end

function M.b()
end

function M.c()
end

return M
