import a.B
import a.C as D

fun f() {}
