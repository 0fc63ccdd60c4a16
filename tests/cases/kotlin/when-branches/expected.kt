fun f(x: Int) = when (x) {
    1 -> 2
<<<<<<< ours
    2 -> 4
||||||| base
=======
    3 -> 6
>>>>>>> theirs
    else -> 0
}
