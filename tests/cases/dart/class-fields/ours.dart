class A {
  final int a;
  final int b;
  A(this.a);
}
