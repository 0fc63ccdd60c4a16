try:
    a()
except A:
    pass
except C:
    c()
