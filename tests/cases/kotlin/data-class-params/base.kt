data class A(
    val x: Int,
)
