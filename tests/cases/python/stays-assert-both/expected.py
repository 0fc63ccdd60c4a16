def test_a():
    assert f(1)
<<<<<<< ours
    assert f(2)
||||||| base
=======
    assert f(3)
>>>>>>> theirs
