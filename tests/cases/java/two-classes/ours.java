class A {
    int x;
}
class C {
    int z;
}
class B {
    int y;
}
