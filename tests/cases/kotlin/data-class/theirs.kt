data class A(
    val x: Long,
)
