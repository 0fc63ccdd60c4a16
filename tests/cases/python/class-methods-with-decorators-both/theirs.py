class A:
    def a(self):
        pass

    @staticmethod
    def c():
        return 2
