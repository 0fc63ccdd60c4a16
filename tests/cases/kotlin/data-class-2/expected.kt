<<<<<<< ours
data class A(val a: Int, val b: Int)
||||||| base
data class A(val a: Int)
=======
data class A(val a: Int, val c: Int)
>>>>>>> theirs
