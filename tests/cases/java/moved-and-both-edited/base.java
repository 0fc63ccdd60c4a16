class T {
    int a() {
        return one();
    }

    int b() {
        return two();
    }

    int c() {
        return three();
    }
}
