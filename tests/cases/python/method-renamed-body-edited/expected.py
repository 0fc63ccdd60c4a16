class A:
    def g(self, x):
        y = x + 2
        return y
