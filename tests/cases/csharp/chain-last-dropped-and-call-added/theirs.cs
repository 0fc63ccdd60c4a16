class A {
  int x = aa()
    .bb();
}
