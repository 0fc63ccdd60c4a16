class T:
    @property
    def a(self):
        return 1
