<<<<<<< ours
local x = b()
||||||| base
local x = a()
=======
local x = c()
>>>>>>> theirs
