class A {
    int f() {
        return 3;
    }

    int g() {
        return 1;
    }
}
