def a():
    return 1
<<<<<<< ours
||||||| base


def b():
    return 2
=======


def b():
    return 3
>>>>>>> theirs
