@A
private fun f() {}
