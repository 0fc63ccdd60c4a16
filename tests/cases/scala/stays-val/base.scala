object A {
  val x = 1
}
