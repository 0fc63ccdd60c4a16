object A {
  def f(x: Any) = x match {
    case i: Int => i
    case _ => 0
  }
}
