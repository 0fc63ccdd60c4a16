import a.B
import a.D

fun f() {}
