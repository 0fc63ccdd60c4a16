@JvmStatic
@Deprecated("x")
fun f() = 1
