fun f(x: Int) = when (x) {
    1 -> a()
<<<<<<< ours
    2 -> b()
||||||| base
=======
    3 -> c()
>>>>>>> theirs
    else -> z()
}
