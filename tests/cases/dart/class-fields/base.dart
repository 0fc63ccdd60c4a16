class A {
  final int a;
  A(this.a);
}
