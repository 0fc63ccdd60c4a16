class A:
    x = 3
