def test():
    assert a == 1
