class A:
    def f(self):
        x = 2
        log(x)
        return x
