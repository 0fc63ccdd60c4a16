class T {
    Object f() {
        return b.zero().one().two().three();
    }
}
