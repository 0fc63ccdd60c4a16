class A {
    void f(short a) {}
}
