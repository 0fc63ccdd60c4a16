def test():
    assert a == 1
    assert c == 3
