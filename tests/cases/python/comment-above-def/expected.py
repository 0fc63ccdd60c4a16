# a better helper
def g():
    return 1
