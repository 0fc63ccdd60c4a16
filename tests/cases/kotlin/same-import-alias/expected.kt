import a.B
<<<<<<< ours
import a.C as D
||||||| base
=======
import a.E as D
>>>>>>> theirs

fun f() {}
