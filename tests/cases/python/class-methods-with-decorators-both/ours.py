class A:
    def a(self):
        pass

    @property
    def b(self):
        return 1
