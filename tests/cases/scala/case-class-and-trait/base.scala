case class A(x: Int) extends B
