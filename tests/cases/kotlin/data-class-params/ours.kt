data class A(
    val x: Int,
    val y: Int,
)
