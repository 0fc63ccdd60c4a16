class A {
  int a() => 1;

  int c() => 3;
}
