<<<<<<< ours
load("a", "b", "c")
||||||| base
load("a", "b")
=======
load("a", "b", "d")
>>>>>>> theirs
