class A {
    int f(Kind k) {
        return switch (k) {
            case A -> 1;
            case B -> 2;
            default -> 0;
        };
    }
}
