class T:
    def a(x):
        y = x + 2
        return y

    def b(x):
        return x
