class T:
    @property
    def a(self):
        return 1

    @a.setter
    def a(self, v):
        self.v = v
