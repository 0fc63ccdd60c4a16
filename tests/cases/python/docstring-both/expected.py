def f():
<<<<<<< ours
    """Do it."""
||||||| base
    """Do."""
=======
    """Run."""
>>>>>>> theirs
    return 1
