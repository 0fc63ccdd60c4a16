if a and b or d:
    x()
