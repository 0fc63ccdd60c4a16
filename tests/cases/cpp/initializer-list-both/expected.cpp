A::A(int x)
    : x_(x + 1), ready_(false) {}
