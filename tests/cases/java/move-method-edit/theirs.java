class T {
    int a() {
        return uno();
    }

    int b() {
        return two();
    }

    int c() {
        return three();
    }
}
