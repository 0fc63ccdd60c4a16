data class A(val a: Int, val c: Int)
