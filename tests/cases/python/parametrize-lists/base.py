@p('a', [1, 2])
def t(a):
    pass
