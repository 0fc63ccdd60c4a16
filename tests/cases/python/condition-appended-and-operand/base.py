if ready() and fits():
    go()
