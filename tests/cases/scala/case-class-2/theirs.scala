final case class A(a: Int)
