if a and b and c:
    x()
