if a:
    x()
elif c:
    w()
else:
    y()
