class A:
    @new
    def f(self, a, b):
        return a
