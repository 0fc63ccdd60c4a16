class T:
    def test_a(self):
        pass

    @slow
    def test_b(self):
        pass
