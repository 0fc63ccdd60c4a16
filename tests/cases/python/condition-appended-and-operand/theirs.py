if ready() and fits(1):
    go()
