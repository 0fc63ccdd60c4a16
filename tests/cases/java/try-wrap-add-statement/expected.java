class T {
    void f() {
        try {
            one();
            oneAndHalf();
            two();
        } catch (IOException e) {
            log(e);
        }
    }
}
