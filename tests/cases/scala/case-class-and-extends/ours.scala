case class P(x: Int) extends Shape
