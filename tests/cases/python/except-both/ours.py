try:
    a()
except A:
    pass
except B:
    b()
