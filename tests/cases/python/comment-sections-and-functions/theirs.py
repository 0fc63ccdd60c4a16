def a():
    pass


# section c
def c():
    return 2
