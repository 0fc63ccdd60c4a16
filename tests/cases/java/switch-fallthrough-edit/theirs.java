class T {
    void f(int x) {
        switch (x) {
            case 1:
                a();
                done();
                break;
            case 2:
                b();
                break;
        }
    }
}
