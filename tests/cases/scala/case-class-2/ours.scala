case class A(a: Int, b: Int)
