class A:
    @cached
    def f(self):
        return 1
