def a():
    pass


# section b
def b():
    return 1


# section c
def c():
    return 2
