object A {
  def f(x: Int) = x match {
    case 1 => 10
    case 2 => 2
    case _ => 0
  }
}
