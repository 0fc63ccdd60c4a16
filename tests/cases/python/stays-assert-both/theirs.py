def test_a():
    assert f(1)
    assert f(3)
