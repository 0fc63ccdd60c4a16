val a = 1

fun A.f() = 1
