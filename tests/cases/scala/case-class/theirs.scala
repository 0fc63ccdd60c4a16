case class A(x: Long)
