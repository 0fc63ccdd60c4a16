class T {
    Object f() {
        return b.one().two();
    }
}
