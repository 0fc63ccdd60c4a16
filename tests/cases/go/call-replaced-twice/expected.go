package a

<<<<<<< ours
var x = b()
||||||| base
var x = a()
=======
var x = c()
>>>>>>> theirs
