A::A(int x)
    : x_(x + 1) {}
