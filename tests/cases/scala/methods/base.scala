object O {
  def f: Int = 1
}
