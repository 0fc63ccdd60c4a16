object A {
  def f(x: Int) = x match {
    case 1 => 1
    case _ => 0
  }
}
