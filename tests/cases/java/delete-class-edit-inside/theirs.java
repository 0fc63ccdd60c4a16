class A {
    int x;
}

class B {
    int y = 2;
}
