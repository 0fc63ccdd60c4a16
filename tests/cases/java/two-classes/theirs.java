class A {
    int x;
}
class D {
    int w;
}
class B {
    int y;
}
