case class P(x: Int)
