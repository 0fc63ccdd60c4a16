class A:
    x = 2

    def f(self):
        pass
