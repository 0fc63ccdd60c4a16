class T:
    def test_a(self):
        pass

    def test_c(self):
        pass
