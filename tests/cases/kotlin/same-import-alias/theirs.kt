import a.B
import a.E as D

fun f() {}
