object O {
  def f: Int = 1

  def g: Int = 2
}
