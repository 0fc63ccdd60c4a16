object A {
  def f(x: Any) = x match {
    case i: Int => i + 1
    case _ => 0
  }
}
