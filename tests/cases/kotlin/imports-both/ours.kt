import a.B
import a.C

fun f() {}
