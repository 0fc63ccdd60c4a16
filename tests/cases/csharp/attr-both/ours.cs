[A]
[B]
class X { }
