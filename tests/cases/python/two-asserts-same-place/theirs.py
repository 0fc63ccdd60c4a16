def t():
    assert a
    assert c
