object O {
  def f: Int = 1

  def h: Int = 3
}
