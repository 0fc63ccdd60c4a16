case class A(x: Long) extends B
