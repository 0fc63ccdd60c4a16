def a():
    return 1
<<<<<<< ours


def b():
    return 2
||||||| base
=======


def b():
    return 3
>>>>>>> theirs
