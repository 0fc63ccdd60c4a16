class A {
    int f(Kind k) {
        return switch (k) {
            case A -> 1;
            default -> 0;
        };
    }
}
