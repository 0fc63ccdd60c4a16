case class A(x: Int)
