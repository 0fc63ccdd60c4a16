class A:
    def f(x):
        return x

    def g(x):
        return x + 2
