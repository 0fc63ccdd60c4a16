[A]
[C]
class X { }
