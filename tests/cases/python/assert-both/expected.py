def test():
    assert a == 1
<<<<<<< ours
    assert b == 2
||||||| base
=======
    assert c == 3
>>>>>>> theirs
