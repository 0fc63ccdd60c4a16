class A {
    int x;
}
class C {
    int z;
}
class D {
    int w;
}
class B {
    int y;
}
