def t():
    assert a
