def f():
    try:
        a()
        b()
    finally:
        c()
