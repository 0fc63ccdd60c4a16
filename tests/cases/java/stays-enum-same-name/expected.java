enum E {
<<<<<<< ours
    A,
    B(1)
||||||| base
    A
=======
    A,
    B(2)
>>>>>>> theirs
}
