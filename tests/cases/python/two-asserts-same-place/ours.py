def t():
    assert a
    assert b
