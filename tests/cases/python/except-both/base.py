try:
    a()
except A:
    pass
