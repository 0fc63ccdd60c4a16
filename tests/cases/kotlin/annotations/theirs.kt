@A
internal fun f() {}
