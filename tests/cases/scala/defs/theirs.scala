object A {
  def a = 1

  def c = 3
}
