class A:
    @old
    def f(self, a, b):
        return a
