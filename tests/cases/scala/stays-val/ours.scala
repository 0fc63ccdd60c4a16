object A {
  val x = 2
}
