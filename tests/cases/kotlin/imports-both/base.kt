import a.B

fun f() {}
