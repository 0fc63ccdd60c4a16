class A:
    def x(self):
        return 1
