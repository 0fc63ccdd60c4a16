class A:
    def f(self, x):
        y = x + 2
        return y
