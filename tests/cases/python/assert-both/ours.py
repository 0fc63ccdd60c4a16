def test():
    assert a == 1
    assert b == 2
