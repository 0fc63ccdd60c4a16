class A:
    @cached
    def f(self, x):
        return 1
