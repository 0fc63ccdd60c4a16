class A {
  final int a;
  const A(this.a);
}
