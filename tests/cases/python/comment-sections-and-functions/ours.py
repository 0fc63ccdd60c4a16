def a():
    pass


# section b
def b():
    return 1
