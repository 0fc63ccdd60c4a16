@A
@B
fun f() {}
