[A]
class X { }
