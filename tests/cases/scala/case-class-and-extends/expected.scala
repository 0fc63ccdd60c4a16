case class P(x: Double) extends Shape
