data class A(val a: Int)
