package a

<<<<<<< ours
type A int64
||||||| base
type A int
=======
type A string
>>>>>>> theirs
