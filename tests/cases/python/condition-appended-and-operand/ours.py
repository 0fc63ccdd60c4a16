if ready() and fits() and extra():
    go()
