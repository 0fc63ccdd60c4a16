case class A(x: Long, y: Int)
