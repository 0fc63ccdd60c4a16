@A
fun f() {}
