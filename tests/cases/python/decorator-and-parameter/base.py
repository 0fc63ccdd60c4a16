class A:
    @old
    def f(self, a):
        return a
