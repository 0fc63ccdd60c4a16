@JvmStatic
fun f() = 1
