A::A(int x)
    : x_(x), ready_(false) {}
