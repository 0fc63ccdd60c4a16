@p('a', [1, 2])
def t(a, b):
    pass
