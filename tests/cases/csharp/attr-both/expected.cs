[A]
[B]
[C]
class X { }
