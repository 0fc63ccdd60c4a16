local a = require("a")
local c = require("c")

a.run()
