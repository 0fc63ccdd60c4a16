val a = 1
<<<<<<< ours

fun A.f() = 1
||||||| base
=======

fun B.f() = 2
>>>>>>> theirs
