class A:
    def a(self):
        pass

    @property
    def b(self):
        return 1

    @staticmethod
    def c():
        return 2
