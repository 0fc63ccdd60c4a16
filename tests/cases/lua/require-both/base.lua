local a = require("a")

a.run()
