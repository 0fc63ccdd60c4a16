local a = require("a")
local b = require("b")

a.run()
