val a = 1

fun B.f() = 2
