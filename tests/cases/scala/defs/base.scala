object A {
  def a = 1
}
