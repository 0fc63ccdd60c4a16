class Outer {
    static class T {
        int f() {
            return 2;
        }
    }
}
