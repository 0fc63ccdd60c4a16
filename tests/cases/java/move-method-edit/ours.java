class T {
    int b() {
        return two();
    }

    int c() {
        return three();
    }

    int a() {
        return one();
    }
}
