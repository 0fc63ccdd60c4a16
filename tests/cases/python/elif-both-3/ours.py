if a:
    x()
elif b:
    z()
else:
    y()
