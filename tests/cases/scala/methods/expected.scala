object O {
  def f: Int = 1

  def g: Int = 2

  def h: Int = 3
}
