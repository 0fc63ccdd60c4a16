class A:
    @cached
    def x(self):
        return 1
