<<<<<<< ours
local x = a():b():c()
||||||| base
local x = a():b()
=======
local x = a():b():d()
>>>>>>> theirs
