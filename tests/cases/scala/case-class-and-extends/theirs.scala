case class P(x: Double)
