data class A(
    val x: Int,
<<<<<<< ours
    val y: Int,
||||||| base
=======
    val z: Int,
>>>>>>> theirs
)
