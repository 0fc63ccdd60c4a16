if ready() and fits(1) and extra():
    go()
