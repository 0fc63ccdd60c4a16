def t():
    assert a
<<<<<<< ours
    assert b
||||||| base
=======
    assert c
>>>>>>> theirs
