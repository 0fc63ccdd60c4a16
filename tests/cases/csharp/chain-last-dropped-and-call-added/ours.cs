class A {
  int x = aa()
    .bb()
    .nn()
    .cc();
}
