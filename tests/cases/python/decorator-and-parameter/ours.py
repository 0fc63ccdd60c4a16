class A:
    @new
    def f(self, a):
        return a
