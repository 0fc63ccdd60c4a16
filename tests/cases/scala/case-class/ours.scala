case class A(x: Int, y: Int)
