def f():
    try:
        a(1)
        b()
    finally:
        c()
