local a = 10
local b = 20
