class A:
    def g(self, x):
        y = x + 1
        return y
