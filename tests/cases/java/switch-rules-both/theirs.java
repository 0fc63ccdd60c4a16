class A {
    int f(Kind k) {
        return switch (k) {
            case A -> 1;
            case C -> 3;
            default -> 0;
        };
    }
}
