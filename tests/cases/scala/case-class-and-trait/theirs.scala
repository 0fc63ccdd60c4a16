case class A(x: Int) extends B with C
