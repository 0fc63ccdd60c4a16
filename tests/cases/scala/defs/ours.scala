object A {
  def a = 1

  def b = 2
}
