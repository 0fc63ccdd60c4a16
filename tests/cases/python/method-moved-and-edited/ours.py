class A:
    def c(self):
        return 3

    def a(self):
        return 1

    def b(self):
        return 2
