def f():
    try:
        a()
        a2()
        b()
    finally:
        c()
