@p('a', [1, 2, 3])
def t(a):
    pass
