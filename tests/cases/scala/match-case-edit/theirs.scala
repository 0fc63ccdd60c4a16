object A {
  def f(x: Int) = x match {
    case 1 => 1
    case 2 => 2
    case _ => 0
  }
}
