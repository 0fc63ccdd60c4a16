def f():
    a()
    a2()
    b()
