class A {
    int f(Kind k) {
        return switch (k) {
            case A -> 1;
<<<<<<< ours
            case B -> 2;
||||||| base
=======
            case C -> 3;
>>>>>>> theirs
            default -> 0;
        };
    }
}
