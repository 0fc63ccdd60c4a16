class A:
    x = 1
    z = 3
