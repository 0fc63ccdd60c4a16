class A {
  final int a;
  final int b;
  const A(this.a);
}
