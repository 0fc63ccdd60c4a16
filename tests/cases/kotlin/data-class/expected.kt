data class A(
    val x: Long,
    val y: Int,
)
