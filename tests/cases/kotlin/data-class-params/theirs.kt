data class A(
    val x: Int,
    val z: Int,
)
