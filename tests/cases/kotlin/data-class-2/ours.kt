data class A(val a: Int, val b: Int)
