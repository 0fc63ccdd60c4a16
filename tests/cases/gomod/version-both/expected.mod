module m

<<<<<<< ours
require a.b/c v1.1.0
||||||| base
require a.b/c v1.0.0
=======
require a.b/c v1.2.0
>>>>>>> theirs
