class T {
    void f(int x) {
        switch (x) {
            case 1:
                a(1);
                break;
            case 2:
                b();
                break;
        }
    }
}
