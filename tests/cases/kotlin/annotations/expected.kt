@A
@B
internal fun f() {}
