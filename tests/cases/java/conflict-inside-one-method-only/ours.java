class A {
    int f() {
        return 2;
    }

    int g() {
        return 2;
    }
}
