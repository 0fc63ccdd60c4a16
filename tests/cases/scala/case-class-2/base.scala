case class A(a: Int)
