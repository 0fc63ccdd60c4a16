local a = require("a")
<<<<<<< ours
local b = require("b")
||||||| base
=======
local c = require("c")
>>>>>>> theirs

a.run()
