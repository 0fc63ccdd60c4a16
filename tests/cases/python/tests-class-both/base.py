class T:
    def test_a(self):
        pass
